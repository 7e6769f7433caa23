import type { Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile, NAT_ADDRESS, OUTSIDE_SERVER } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import {
  callInside,
  forgetQuickly,
  hostState,
  NODE_PORT,
  Outside,
  prepareNode,
  SERVICE,
  type SnatNode,
} from "./harness/snat-lab.ts";
import type { Stream } from "./harness/stream.ts";

// A t3.small has three ENIs of four addresses: the fourth pod is on the second ENI.
const FILE = labFile({
  name: "e2e-snat",
  subnets: { private: "10.0.1.0/24" },
  nodes: [
    { name: "private", type: "t3.small", subnet: "private" },
    { name: "public", type: "t3.small", subnet: "public" },
  ],
  workloads: ["private", "public"].map((node) => ({ name: `snat-${node}`, node, replicas: 5 })),
});

const NEW_BLOCK = "100.64.0.0/16";

/** What servers see: `P` is the node's primary address, `A` and `B` are the pods' own. */
interface Step {
  readonly name: string;
  /** What `kubectl set env` gets. */
  readonly set: readonly string[];
  readonly aOut: string;
  readonly bOut: string;
  /** Pod B to a service whose end point is outside. */
  readonly service: string;
  /** To pod B through a NodePort, from outside and from the VPC. */
  readonly nodePortB: "reached" | "silence";
}

const TRANSLATED = { aOut: "P", bOut: "P", service: "P", nodePortB: "reached" } as const;
const OWN = { aOut: "A", bOut: "B", service: "B", nodePortB: "reached" } as const;

const STEPS: readonly Step[] = [
  { name: "R-SNAT-1: the defaults", set: [], ...TRANSLATED },
  { name: "R-SNAT-2: external SNAT", set: ["AWS_VPC_K8S_CNI_EXTERNALSNAT=true"], ...OWN },
  {
    name: "external SNAT without NodePort support",
    set: ["AWS_VPC_CNI_NODE_PORT_SUPPORT=false"],
    ...OWN,
    nodePortB: "silence",
  },
  {
    name: "R-SNAT-4: the server's block excluded, ports in order",
    set: [
      "AWS_VPC_K8S_CNI_EXTERNALSNAT-",
      "AWS_VPC_CNI_NODE_PORT_SUPPORT-",
      "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS=203.0.113.0/24",
      "AWS_VPC_K8S_CNI_RANDOMIZESNAT=none",
    ],
    ...OWN,
  },
  {
    name: "another mark, name of links, service block, order of ports and MTU; no NodePort support",
    set: [
      "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS-",
      "AWS_VPC_K8S_CNI_RANDOMIZESNAT=hashrandom",
      "AWS_VPC_K8S_CNI_CONNMARK=0x30",
      "AWS_VPC_K8S_CNI_VETHPREFIX=pod",
      "AWS_EXTERNAL_SERVICE_CIDRS=203.0.113.0/24",
      "AWS_VPC_CNI_NODE_PORT_SUPPORT=false",
      "DISABLE_TCP_EARLY_DEMUX=true",
      "AWS_VPC_ENI_MTU=1500",
      "POD_MTU=1400",
    ],
    ...TRANSLATED,
    nodePortB: "silence",
  },
  {
    name: "the defaults again",
    set: [
      "AWS_VPC_K8S_CNI_RANDOMIZESNAT-",
      "AWS_VPC_K8S_CNI_CONNMARK-",
      "AWS_VPC_K8S_CNI_VETHPREFIX-",
      "AWS_EXTERNAL_SERVICE_CIDRS-",
      "AWS_VPC_CNI_NODE_PORT_SUPPORT-",
      "DISABLE_TCP_EARLY_DEMUX-",
      "AWS_VPC_ENI_MTU-",
      "POD_MTU-",
    ],
    ...TRANSLATED,
  },
];

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}translation, changed while connections are open`,
  () => {
    const servers: Server[] = [];
    /** Every connection that was ever opened, by what it is. */
    const open = new Map<string, Stream>();
    let lab: Lab;
    let inside: SnatNode;
    let atEdge: SnatNode;
    let outside: Outside;
    let publicIp: string;
    let before: string;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
      await lab.allRunning(10);
      inside = await prepareNode(lab, "private", servers);
      atEdge = await prepareNode(lab, "public", servers);
      outside = new Outside((await lab.status()).namespaces, servers);
      const allocated = (await lab.aws("ec2 allocate-address")) as Record<string, string>;
      publicIp = String(allocated["PublicIp"]);
      const instance = `--instance-id ${atEdge.instanceId}`;
      await lab.aws(
        `ec2 associate-address --allocation-id ${allocated["AllocationId"]} ${instance}`,
      );
      // All nodes at once: the test waits for each change.
      const strategy = { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } } } };
      await daemonSet("patch", "--type=merge", `--patch=${JSON.stringify(strategy)}`);
      before = hostState(inside);
    });
    afterAll(async () => {
      for (const stream of open.values()) stream.close();
      for (const server of servers) server.close();
      await lab.down();
    });

    async function daemonSet(verb: string, ...args: string[]): Promise<string> {
      return lab.kubectl([verb, "daemonset", "aws-node", "--namespace=kube-system", ...args]);
    }

    async function change(set: readonly string[]): Promise<void> {
      await lab.kubectl(["set", "env", "daemonset", "aws-node", "-n", "kube-system", ...set]);
      await lab.kubectl(["rollout", "status", "ds/aws-node", "-n", "kube-system"]);
    }

    /** Keeps a stream, and says whether it is there. */
    function keep(name: string, stream: Stream | undefined): string | undefined {
      if (stream !== undefined) open.set(name, stream);
      return stream?.seen;
    }

    /** The source of a connection from a pod of the private node, as the NAT gateway sees it. */
    async function toOutside(step: string, pod: "a" | "b", to?: string): Promise<string> {
      const { stream, port } = await outside.open(inside[pod].netns, to);
      // The server sees the gateway's address whatever the node does.
      expect(keep(`${step}: ${pod} to ${to ?? "outside"}`, stream)).toBe(NAT_ADDRESS);
      const source = outside.atNatGateway(port);
      const names = { [inside.address]: "P", [inside.a.address]: "A", [inside.b.address]: "B" };
      return names[source ?? ""] ?? String(source);
    }

    async function stillOpen(): Promise<string[]> {
      const answers = await Promise.all(
        [...open].map(async ([name, stream]) => ((await stream.echoes()) ? [name] : [])),
      );
      return answers.flat();
    }

    test.each(STEPS)("$name", async ({ name, set, aOut, bOut, service, nodePortB }) => {
      if (set.length > 0) await change(set);
      expect(await stillOpen()).toEqual([...open.keys()]);

      expect({
        aOut: await toOutside(name, "a"),
        bOut: await toOutside(name, "b"),
        service: await toOutside(name, "b", SERVICE),
      }).toEqual({ aOut, bOut, service });

      const isReached = (client: string): string | undefined =>
        nodePortB === "reached" ? client : undefined;
      const call = async (what: string, stream: Promise<Stream | undefined>) =>
        keep(`${name}: ${what}`, await stream);
      const { a, b, address, netns } = inside;
      const node = (port: number) => ({ address, port });
      expect({
        bToVpc: await call("B to the VPC", callInside(b.netns, atEdge)),
        vpcToB: await call("VPC to B", callInside(atEdge.netns, b)),
        aToB: await call("A to B", callInside(a.netns, b)),
        bToA: await call("B to A", callInside(b.netns, a)),
        nodeToB: await call("node to B", callInside(netns, b)),
        vpcToPortA: await call("VPC to A's port", callInside(atEdge.netns, node(NODE_PORT.a))),
        vpcToPortB: await call("VPC to B's port", callInside(atEdge.netns, node(NODE_PORT.b))),
        outsideToPortA: await call("outside to A's port", outside.call(publicIp, NODE_PORT.a)),
        outsideToPortB: await call("outside to B's port", outside.call(publicIp, NODE_PORT.b)),
      }).toEqual({
        bToVpc: b.address,
        vpcToB: atEdge.address,
        aToB: a.address,
        bToA: b.address,
        nodeToB: address,
        vpcToPortA: atEdge.address,
        vpcToPortB: isReached(atEdge.address),
        outsideToPortA: OUTSIDE_SERVER,
        outsideToPortB: isReached(OUTSIDE_SERVER),
      });
    });

    test("R-SNAT-1, R-SNAT-4: behind an internet gateway the server sees the node's Elastic IP address", async () => {
      for (const pod of ["a", "b"] as const) {
        const { stream } = await outside.open(atEdge[pod].netns);
        expect(stream?.seen).toBe(publicIp);
        stream?.close();
      }
    });

    test("R-SNAT-3: a block that the VPC gets is not translated to, half a minute later; and nothing of old settings is left", async () => {
      const names = [...open.keys()];
      expect(names.length).toBeGreaterThan(60);
      const vpcId = (await lab.status()).vpcId;
      await lab.aws(`ec2 associate-vpc-cidr-block --vpc-id ${vpcId} --cidr-block ${NEW_BLOCK}`);
      forgetQuickly(inside);
      for (const [name, stream] of open) if (name.includes("mark")) stream.close();
      const want = before.replace("10.0.0.0/16 }", `10.0.0.0/16, ${NEW_BLOCK} }`);
      await eventually({ what: "the node knows the block", withinMs: 60_000 }, async () => {
        const now = hostState(inside);
        return { done: now === want, value: now.split("\n") };
      });
      for (const name of names) if (name.includes("mark")) open.delete(name);
      expect(await stillOpen()).toEqual([...open.keys()]);
    });
  },
);
