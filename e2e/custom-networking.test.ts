import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabStatus } from "../src/lab/index.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile, NAT_ADDRESS, OUTSIDE_SERVER } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { deployment } from "./harness/manifests.ts";

/** An m5.large has 3 ENIs with 10 addresses; without the primary one, and with two pods on the host's network: */
const MAX_PODS = (3 - 1) * (10 - 1) + 2;
const PODS_PER_NODE = MAX_PODS - 2;

const FILE = labFile({
  name: "e2e-cn",
  secondaryCidrs: ["100.64.0.0/16"],
  subnets: {
    "nodes-a": "10.0.1.0/24",
    "nodes-b": "10.0.2.0/24",
    "nodes-c": "10.0.3.0/24",
    "pods-a": "100.64.1.0/24",
    "pods-b": "100.64.2.0/24",
    "pods-c": "100.64.3.0/24",
  },
  nodes: [],
  agentEnv: {
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true",
    ENI_CONFIG_LABEL_DEF: "topology.kubernetes.io/zone",
  },
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface EniConfigSeen {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly nodes: { readonly count: number; readonly names: readonly string[] };
    readonly subnet: { readonly zone: string; readonly freeAddresses: number } | null;
    readonly conditions: readonly Condition[];
  };
}

interface NodeSeen {
  readonly metadata: { readonly name: string };
  readonly status: { readonly capacity: { readonly pods: string } };
}

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}pods in a secondary block, 100.64.0.0/16`,
  () => {
    let lab: Lab;
    let subnets: ReadonlyMap<string, string>;
    let group: string;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
      const found = (await lab.aws("ec2 describe-subnets")) as {
        Subnets: { SubnetId: string; Tags: { Key: string; Value: string }[] }[];
      };
      subnets = new Map(
        found.Subnets.map(({ SubnetId, Tags }) => [
          Tags.find(({ Key }) => Key === "Name")?.Value ?? "",
          SubnetId,
        ]),
      );
      const groups = (await lab.aws("ec2 describe-security-groups")) as {
        SecurityGroups: { GroupId: string }[];
      };
      group = groups.SecurityGroups[0]?.GroupId ?? "";
      await apply("us-east-1a", subnet("pods-a"));
      await apply("us-east-1b", subnet("pods-b"));
      // Pods of zone a: nobody notices before there is a node in zone c.
      await apply("us-east-1c", subnet("pods-a"));
      await launch("node-a", "nodes-a");
      await launch("node-b", "nodes-b");
      const web = deployment("web", 2 * PODS_PER_NODE);
      await lab.tryKubectl("kubectl-1.35", ["apply", "-f", "-"], web);
      await lab.allRunning(2 * PODS_PER_NODE);
    });
    afterAll(async () => {
      await lab.down();
    });

    function subnet(name: string): string {
      return subnets.get(name) ?? "";
    }

    async function apply(name: string, subnetId: string): Promise<void> {
      const manifest = `apiVersion: crd.k8s.amazonaws.com/v1alpha1
kind: ENIConfig
metadata:
  name: ${name}
spec:
  subnet: ${subnetId}
  securityGroups:
    - ${group}
`;
      const ended = await lab.tryKubectl("kubectl-1.35", ["apply", "-f", "-"], manifest);
      expect(ended).toMatchObject({ status: 0 });
    }

    async function launch(name: string, subnetName: string): Promise<void> {
      const kubelet = `/etc/eks/bootstrap.sh lab --kubelet-extra-args --max-pods=${MAX_PODS}`;
      const tags = `ResourceType=instance,Tags=[{Key=Name,Value=${name}}]`;
      await lab.aws(
        `ec2 run-instances --image-id ami-1 --instance-type m5.large --count 1 --subnet-id ${subnet(subnetName)} --user-data '${kubelet}' --tag-specifications '${tags}'`,
      );
    }

    async function conditionOf(name: string, type: string): Promise<Condition | undefined> {
      const config = await lab.kubeGet<EniConfigSeen>(["eniconfig", name]);
      return config.status?.conditions.find((condition) => condition.type === type);
    }

    async function condition(name: string, reason: string): Promise<Condition> {
      return eventually({ what: `${name} is ${reason}`, withinMs: 45_000 }, async () => {
        const ready = await conditionOf(name, "Ready");
        const value = ready ?? { type: "", status: "", reason: "", message: "" };
        return { done: ready?.reason === reason, value };
      });
    }

    test("R-CN-1, R-CN-3: pods have addresses of their zone's ENIConfig, and nodes keep theirs", async () => {
      const { nodes, pods } = await lab.status();
      for (const [zone, third] of [
        ["a", "1"],
        ["b", "2"],
      ]) {
        const node = nodes.find(({ name }) => name === `node-${zone}`);
        expect(node?.address).toMatch(new RegExp(`^10\\.0\\.${third}\\.`));
        const addresses = pods.filter((pod) => pod.node === node?.name).map(addressOf);
        expect(addresses).toHaveLength(PODS_PER_NODE);
        expect(addresses.filter((each) => !each.startsWith(`100.64.${third}.`))).toEqual([]);
      }
    });

    test("R-CN-1: pods of both zones reach each other, and the outside through NAT", async () => {
      const { pods } = await lab.status();
      const targets = pods.map(addressOf).join(" ");
      for (const node of ["node-a", "node-b"]) {
        const pod = pods.find((each) => each.node === node);
        const script = `for ip in ${targets}; do timeout 5 wget -qO- http://$ip:8080/ || echo "$ip failed"; done`;
        const answers = (await lab.exec(String(pod?.name), script)).trim().split("\n");
        const want = pods.map(({ name }) => JSON.stringify({ pod: name, you: pod?.address }));
        expect(answers).toEqual(want);
        const seen = await lab.exec(
          String(pod?.name),
          `timeout 5 wget -qO- http://${OUTSIDE_SERVER}/`,
        );
        expect(seen).toContain(NAT_ADDRESS);
      }
    });

    test("R-CN-4: the primary ENI serves no pods, so a node runs (ENIs - 1) x (addresses - 1) + 2", async () => {
      const { nodes } = await lab.status();
      const { items } = await lab.kubeGet<{ items: NodeSeen[] }>(["nodes"]);
      expect(items.map(({ status }) => status.capacity.pods)).toEqual(["20", "20"]);
      const told = await lab.berth(["max-pods", "m5.large", "--custom-networking"]);
      expect(told).toMatch(/\b20\b/);
      for (const { instanceId } of nodes) {
        const enis = await lab.enis(instanceId);
        expect(enis.map(({ secondary }) => secondary.length)).toEqual([0, 9, 9]);
      }
    });

    test("R-CN-2: `kubectl get eniconfigs` says who uses each, and whether it can be used", async () => {
      await eventually({ what: "the nodes are counted", withinMs: 45_000 }, async () => {
        const { items } = await lab.kubeGet<{ items: EniConfigSeen[] }>(["eniconfigs"]);
        const counts = items.map(({ status }) => status?.nodes.count);
        return { done: counts.join() === "1,1,0", value: counts };
      });
      const text = await lab.kubectl(["get", "eniconfigs"]);
      const [header = "", a = "", b = ""] = text.split("\n").map((line) => line.split(/\s+/));
      expect(header).toEqual([
        ...["NAME", "SUBNET", "ZONE", "FREE", "NODES", "READY", "REASON", "AGE"],
      ]);
      // 251 addresses, less two ENIs with ten each.
      expect(a.slice(0, 7)).toEqual([
        "us-east-1a",
        subnet("pods-a"),
        "us-east-1a",
        a[3],
        "1",
        "True",
        "Usable",
      ]);
      expect(b.slice(4, 6)).toEqual(["1", "True"]);
      const described = await lab.kubectl(["describe", "eniconfig", "us-east-1a"]);
      expect(described).toContain("InZoneOfNodes");
    });

    test("R-CN-2: a subnet that does not exist is told on the object before any node uses it", async () => {
      await apply("nowhere", "subnet-0123456789abcdef0");
      const ready = await condition("nowhere", "SubnetNotFound");
      expect(ready.status).toBe("False");
      expect(ready.message).toBe("There is no subnet subnet-0123456789abcdef0 in this Region.");
      const events = await lab.kubectl(["describe", "eniconfig", "nowhere"]);
      expect(events).toMatch(/Warning +SubnetNotFound/);
      await apply("nowhere", "subnet-nonsense");
      expect((await condition("nowhere", "Invalid")).message).toContain("not a subnet's id");
    });

    test("R-CN-5: a node in another zone is told that its ENIConfig is wrong, and joins when that is mended", async () => {
      await launch("node-c", "nodes-c");
      const wrong = await condition("us-east-1c", "SubnetInOtherZone");
      expect(wrong.message).toMatch(
        new RegExp(`^Subnet ${subnet("pods-a")} is in us-east-1a, and node .* is in us-east-1c`),
      );
      const node = await nodeIn(await lab.status());
      await eventually({ what: "the node is told", withinMs: 45_000 }, async () => {
        const text = await lab.kubectl(["describe", "node", node]);
        const told = /Warning +InvalidENIConfig .*No ENI can be made for pods/.test(text);
        return { done: told, value: text };
      });
      await apply("us-east-1c", subnet("pods-c"));
      await condition("us-east-1c", "Usable");
      await lab.kubectl(["scale", "deployment", "web", `--replicas=${2 * PODS_PER_NODE + 2}`]);
      const { pods } = await lab.allRunning(2 * PODS_PER_NODE + 2);
      const there = pods.filter((pod) => pod.node === "node-c").map(addressOf);
      expect(there).toHaveLength(2);
      for (const address of there) expect(address).toMatch(/^100\.64\.3\./);
    });

    async function nodeIn({ nodes }: LabStatus): Promise<string> {
      const address = nodes.find(({ name }) => name === "node-c")?.address;
      return `ip-${String(address).replaceAll(".", "-")}.ec2.internal`;
    }
  },
);

function addressOf({ address }: { readonly address?: string | undefined }): string {
  return String(address);
}
