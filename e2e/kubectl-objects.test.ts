import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./harness/lab.ts";
import { KUBECTLS } from "./harness/kube-tools.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { deployment } from "./harness/manifests.ts";

const FILE = labFile({
  name: "e2e-obj",
  subnets: { a: "10.0.1.0/24", b: "10.0.2.0/24" },
  nodes: [{ name: "one", type: "m5.large", subnet: "a" }],
});

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}objects, by the stock kubectls and helm`,
  () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
    });
    afterAll(async () => {
      await lab.down();
    });

    describe.each(KUBECTLS)("%s", (kubectl) => {
      const say = async (args: readonly string[]): Promise<string> => lab.kubectl(args, kubectl);

      test.each([
        { args: ["explain", "pod.spec.containers.env"], has: ["KIND:", "env", "valueFrom"] },
        { args: ["explain", "cninode.spec"], has: ["features", "tags"] },
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
