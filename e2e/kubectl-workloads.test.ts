import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { KUBECTLS } from "./harness/kube-tools.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { deployment } from "./harness/manifests.ts";

const FILE = labFile({
  name: "e2e-work",
  subnets: { a: "10.0.1.0/24", b: "10.0.2.0/24" },
  nodes: [
    { name: "one", type: "m5.large", subnet: "a" },
    { name: "two", type: "m5.large", subnet: "b" },
  ],
});

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}workloads, by the stock kubectls`,
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
        const ended = await lab.tryKubectl(kubectl, ["apply", ...more, "-f", "-"], manifest);
        if (ended.status !== 0) throw new Error(ended.stderr);
        return ended.stdout;
      };

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

      test("a pod that exceeds the nodes stays Pending, and describe says why", async () => {
        await apply(deployment(`${name}-greedy`, 1, { requests: { cpu: "64" } }));
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
        const said = await say([
          "drain",
          node,
          "--ignore-daemonsets",
          "--force",
          "--delete-emptydir-data",
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
    });
  },
);
