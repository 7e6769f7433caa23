import { once } from "node:events";
import { request } from "node:http";
import { text as readAll } from "node:stream/consumers";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, Lab } from "./harness/lab.ts";
import { KUBECTLS } from "./harness/kube-tools.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const FILE = labFile({
  name: "e2e-kube",
  subnets: { a: "10.0.1.0/24", b: "10.0.2.0/24" },
  nodes: [
    { name: "one", type: "m5.large", subnet: "a" },
    { name: "two", type: "m5.large", subnet: "b" },
  ],
});

const IMAGE = "berth.local/echo:1";

const deployment = (name: string, replicas: number): string =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "echo", image: IMAGE }] },
      },
    },
  });

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}stock kubectl and helm on the lab`,
  () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
    });
    afterAll(async () => {
      await lab.down();
    });

    describe.each(KUBECTLS)("%s", (kubectl) => {
      const name = `web-${kubectl.slice(-2)}`;
      const say = async (args: readonly string[]): Promise<string> => lab.kubectl(args, kubectl);
      const apply = async (manifest: string, more: readonly string[] = []): Promise<string> => {
        const { status, stdout, stderr } = await lab.tryKubectl(
          kubectl,
          ["apply", ...more, "-f", "-"],
          manifest,
        );
        if (status !== 0) throw new Error(stderr);
        return stdout;
      };
      const firstPod = async (): Promise<string> =>
        (
          await say([
            "get",
            "pods",
            "-l",
            `app=${name}`,
            "-o",
            "jsonpath={.items[0].metadata.name}",
          ])
        ).trim();

      test("apply creates, changes and leaves alone; rollout status waits until the pods run", async () => {
        expect(await apply(deployment(name, 2))).toBe(`deployment.apps/${name} created\n`);
        expect(await say(["rollout", "status", "deployment", name, "--timeout=60s"])).toContain(
          `deployment "${name}" successfully rolled out`,
        );
        expect(await apply(deployment(name, 2))).toBe(`deployment.apps/${name} unchanged\n`);
        expect(await apply(deployment(name, 3))).toBe(`deployment.apps/${name} configured\n`);
        await say(["rollout", "status", "deployment", name, "--timeout=60s"]);
        expect(await say(["get", "deployment", name, "--no-headers"])).toMatch(/^\S+ +3\/3 +3 +3 /);
      });

      test("patches of every type, as `kubectl edit`, `set` and `patch` send them", async () => {
        await say([
          "patch",
          "deployment",
          name,
          "-p",
          '{"spec":{"template":{"spec":{"containers":[{"name":"echo","env":[{"name":"A","value":"1"}]}]}}}}',
        ]);
        await say([
          "patch",
          "deployment",
          name,
          "--type=json",
          "-p",
          '[{"op":"add","path":"/metadata/annotations/team","value":"core"}]',
        ]);
        await say([
          "patch",
          "deployment",
          name,
          "--type=merge",
          "-p",
          '{"spec":{"revisionHistoryLimit":3}}',
        ]);
        await say(["set", "env", `deployment/${name}`, "B=2"]);
        await say(["set", "env", `deployment/${name}`, "A-"]);
        const { metadata, spec } = await lab.kubeGet<{
          metadata: { annotations: Record<string, string> };
          spec: {
            revisionHistoryLimit: number;
            template: { spec: { containers: { env: unknown }[] } };
          };
        }>(["deployment", name]);
        expect(metadata.annotations["team"]).toBe("core");
        expect(spec.revisionHistoryLimit).toBe(3);
        expect(spec.template.spec.containers[0]?.env).toEqual([{ name: "B", value: "2" }]);
        await say(["rollout", "status", "deployment", name, "--timeout=90s"]);
      });

      test("server-side apply and its dry run", async () => {
        const config = JSON.stringify({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `${name}-ssa` },
          data: { a: "1" },
        });
        expect(await apply(config, ["--server-side", "--dry-run=server"])).toContain(
          "serverside-applied",
        );
        expect(await lab.tryKubectl(kubectl, ["get", "configmap", `${name}-ssa`])).toMatchObject({
          status: 1,
          stderr: expect.stringContaining(`configmaps "${name}-ssa" not found`) as unknown,
        });
        await apply(config, ["--server-side"]);
        expect(await say(["get", "configmap", `${name}-ssa`, "-o", "jsonpath={.data.a}"])).toBe(
          "1",
        );
      });

      test("scale, and get -w sees it", async () => {
        const watch = await lab.spawn(kubectl, [
          "get",
          "pods",
          "-l",
          `app=${name}`,
          "-w",
          "--no-headers",
        ]);
        const seen: string[] = [];
        watch.stdout?.setEncoding("utf8").on("data", (chunk: string) => seen.push(chunk));
        await eventually({ what: "the watch shows what is there", withinMs: 20_000 }, async () =>
          Promise.resolve({ done: seen.join("").split("\n").length > 3, value: seen }),
        );
        await say(["scale", "deployment", name, "--replicas=4"]);
        await say(["rollout", "status", "deployment", name, "--timeout=60s"]);
        await eventually(
          { what: "the watch shows the fourth pod's way to Running", withinMs: 20_000 },
          async () => {
            const states = seen.join("");
            return Promise.resolve({
              done: /Pending[\s\S]*ContainerCreating[\s\S]*Running/.test(states),
              value: states,
            });
          },
        );
        watch.kill();
        await once(watch, "close");
      });

      test("exec carries output, input and the exit code", async () => {
        const pod = await firstPod();
        expect(await say(["exec", pod, "--", "echo", "hello"])).toBe("hello\n");
        expect(
          (await lab.tryKubectl(kubectl, ["exec", "-i", pod, "--", "cat"], "to and fro\n")).stdout,
        ).toBe("to and fro\n");
        const failed = await lab.tryKubectl(kubectl, [
          "exec",
          pod,
          "--",
          "sh",
          "-c",
          "echo bad >&2; exit 7",
        ]);
        expect(failed).toMatchObject({
          status: 7,
          stderr: expect.stringContaining("bad") as unknown,
        });
      });

      test("port-forward reaches the pod", async () => {
        const pod = await firstPod();
        const forward = await lab.spawn(kubectl, ["port-forward", pod, ":8080"]);
        const said = await eventually({ what: "it forwards", withinMs: 20_000 }, async () => {
          const [chunk] = (await once(forward.stdout ?? forward, "data")) as [Buffer];
          return {
            done: chunk.toString().includes("Forwarding from 127.0.0.1:"),
            value: chunk.toString(),
          };
        });
        const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
        const body = await new Promise<string>((resolve, reject) => {
          const asked = request({ host: "127.0.0.1", port, path: "/", agent: false }, (answer) => {
            readAll(answer).then(resolve, reject);
          });
          asked.on("error", reject).end();
        });
        expect(JSON.parse(body)).toMatchObject({ pod });
        forward.kill();
        await once(forward, "close");
      });

      test("logs of one pod and of all pods of a workload", async () => {
        await say(["logs", await firstPod()]);
        await say(["logs", `deployment/${name}`, "--tail=3"]);
        const { status, stderr } = await lab.tryKubectl(kubectl, ["logs", "nobody"]);
        expect({ status, stderr }).toEqual({
          status: 1,
          stderr: 'Error from server (NotFound): pods "nobody" not found\n',
        });
      });

      test("a pod that exceeds the nodes stays Pending, and describe says why", async () => {
        const greedy = JSON.parse(deployment(`${name}-greedy`, 1)) as {
          spec: { template: { spec: { containers: { resources?: unknown }[] } } };
        };
        const [container] = greedy.spec.template.spec.containers;
        if (container !== undefined) container.resources = { requests: { cpu: "64" } };
        await apply(JSON.stringify(greedy));
        const events = await eventually({ what: "it is refused", withinMs: 30_000 }, async () => {
          const value = await say([
            "get",
            "events",
            "--field-selector",
            "reason=FailedScheduling",
            "-o",
            "jsonpath={.items[*].message}",
          ]);
          return { done: value !== "", value };
        });
        expect(events).toContain("0/2 nodes are available: 2 Insufficient cpu.");
        await say(["delete", "deployment", `${name}-greedy`]);
      });

      test("rollout undo goes back", async () => {
        await say(["set", "env", `deployment/${name}`, "C=3"]);
        await say(["rollout", "status", "deployment", name, "--timeout=60s"]);
        expect(await say(["rollout", "history", "deployment", name])).toContain("REVISION");
        await say(["rollout", "undo", "deployment", name]);
        await say(["rollout", "status", "deployment", name, "--timeout=60s"]);
        expect(
          await say([
            "get",
            "deployment",
            name,
            "-o",
            "jsonpath={.spec.template.spec.containers[0].env[*].name}",
          ]),
        ).toBe("B");
      });

      test("drain empties a node, uncordon opens it again", async () => {
        const [node = ""] = (
          await say(["get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"])
        ).split(" ");
        const flags =
          kubectl === "kubectl-1.20" ? ["--delete-emptydir-data"] : ["--delete-emptydir-data"];
        const said = await say([
          "drain",
          node,
          "--ignore-daemonsets",
          "--force",
          ...flags,
          "--timeout=60s",
        ]);
        expect(said).toMatch(/node\/\S+ (drained|evicted)/);
        expect(await say(["get", "node", node, "--no-headers"])).toContain(
          "Ready,SchedulingDisabled",
        );
        const left = await say([
          "get",
          "pods",
          "-A",
          "--field-selector",
          `spec.nodeName=${node}`,
          "-o",
          "jsonpath={.items[*].metadata.ownerReferences[0].kind}",
        ]);
        expect(new Set(left.split(" "))).toEqual(new Set(["DaemonSet"]));
        await say(["uncordon", node]);
        expect(await say(["get", "node", node, "--no-headers"])).not.toContain(
          "SchedulingDisabled",
        );
        await say(["rollout", "status", "deployment", name, "--timeout=60s"]);
      });

      test.each([
        { args: ["explain", "pod.spec.containers.env"], has: ["KIND:", "env", "valueFrom"] },
        { args: ["explain", "eniconfig.spec"], has: ["securityGroups", "subnet"] },
        { args: ["auth", "can-i", "create", "pods"], has: ["yes"] },
        {
          args: ["api-resources"],
          has: ["eniconfigs", "cninodes", "securitygrouppolicies", "daemonsets", "cronjobs"],
        },
        { args: ["api-versions"], has: ["apps/v1", "vpcresources.k8s.aws/v1beta1"] },
        { args: ["version"], has: ["v1.35."] },
        { args: ["cluster-info"], has: ["is running at"] },
        { args: ["get", "all", "-n", "kube-system"], has: ["daemonset.apps/aws-node"] },
        { args: ["get", "sa,cm,svc,leases", "-A"], has: ["kube-node-lease", "service/kubernetes"] },
        {
          args: ["describe", "daemonset", "aws-node", "-n", "kube-system"],
          has: ["Pods Status:", "WARM_ENI_TARGET"],
        },
      ])("kubectl $args", async ({ args, has }) => {
        const said = await say(args);
        for (const word of has) expect(said).toContain(word);
      });

      test.each([
        {
          args: ["get", "unicorns"],
          says: `error: the server doesn't have a resource type "unicorns"\n`,
        },
        {
          args: ["get", "pod", "nobody"],
          says: 'Error from server (NotFound): pods "nobody" not found\n',
        },
        {
          args: ["create", "namespace", "default"],
          says: 'Error from server (AlreadyExists): namespaces "default" already exists\n',
        },
        {
          args: ["get", "pods", "--field-selector", "spec.colour=red"],
          says: "Error from server (BadRequest): ",
        },
      ])("kubectl $args is refused as by the real server", async ({ args, says }) => {
        const { status, stderr } = await lab.tryKubectl(kubectl, args);
        expect(status).not.toBe(0);
        expect(stderr).toContain(says);
      });

      test("create, label, annotate, taint and delete with a namespace", async () => {
        const space = `space-${kubectl.slice(-2)}`;
        await say(["create", "namespace", space]);
        await say(["create", "configmap", "settings", "--from-literal=a=1", "-n", space]);
        await say(["label", "configmap", "settings", "tier=gold", "-n", space]);
        await say(["annotate", "configmap", "settings", "why=test", "-n", space]);
        expect(await say(["get", "configmap", "-n", space, "-l", "tier=gold", "-o", "name"])).toBe(
          "configmap/settings\n",
        );
        await say(["delete", "namespace", space, "--timeout=30s"]);
        expect((await lab.tryKubectl(kubectl, ["get", "namespace", space])).status).toBe(1);
      });
    });

    test("helm installs, upgrades and removes a small chart", async () => {
      const dir = mkdtempSync(`${tmpdir()}/berth-chart-`);
      try {
        mkdirSync(`${dir}/templates`);
        writeFileSync(`${dir}/Chart.yaml`, "apiVersion: v2\nname: small\nversion: 0.1.0\n");
        writeFileSync(`${dir}/values.yaml`, "replicas: 1\n");
        writeFileSync(
          `${dir}/templates/deployment.yaml`,
          deployment("small", 0).replace('"replicas":0', '"replicas":{{ .Values.replicas }}'),
        );
        writeFileSync(
          `${dir}/templates/service.yaml`,
          JSON.stringify({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "small" },
            spec: { selector: { app: "small" }, ports: [{ port: 80, targetPort: 8080 }] },
          }),
        );
        writeFileSync(
          `${dir}/templates/rbac.yaml`,
          JSON.stringify({
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "Role",
            metadata: { name: "small" },
            rules: [],
          }),
        );
        expect(await lab.helm(["install", "small", dir, "--wait", "--timeout", "60s"])).toContain(
          "STATUS: deployed",
        );
        await lab.helm([
          "upgrade",
          "small",
          dir,
          "--set",
          "replicas=2",
          "--wait",
          "--timeout",
          "60s",
        ]);
        expect(await lab.kubectl(["get", "deployment", "small", "--no-headers"])).toMatch(
          /^small +2\/2 /,
        );
        expect(await lab.helm(["list"])).toMatch(/^small\s+default\s+2\s/m);
        await lab.helm(["uninstall", "small", "--wait"]);
        expect((await lab.tryKubectl("kubectl-1.35", ["get", "deployment", "small"])).status).toBe(
          1,
        );
      } finally {
        rmSync(dir, { recursive: true });
      }
    });
  },
);
