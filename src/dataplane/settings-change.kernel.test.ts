import type { Server } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Ipv4 } from "../net/index.ts";
import { setUpEni } from "./eni.ts";
import { type HostSettings, type HostSetUp, readRemains, setUpHost } from "./host.ts";
import { unwirePod, wirePod } from "./pod.ts";
import { NODE_PORT, SERVICE, startServiceProxy } from "./testing/service-proxy.ts";
import { startEcho, Stream } from "./testing/stream.ts";
import { writeSysctl } from "./sysctl.ts";
import { ipLines, KERNEL_TESTS_MISSING, nftText, TestNamespaces } from "./testing/test-netns.ts";
import {
  buildTopology,
  eniSettings,
  hostSettings,
  OUTSIDE,
  POD_ADDRESS,
  podWiring,
  VPC_HOST,
} from "./testing/topology.ts";
import { cidr, ip } from "./testing/values.ts";

const PORT = 7;
const OUTSIDE_NET = cidr("198.51.100.0/24");
const NODE = ip("10.0.0.10");
/** What never arrives must be waited for; what arrives takes well under a millisecond. */
const SILENCE_MS = 500;

/** Who speaks to whom. Pod A is on the primary ENI, pod B on another. */
const PATHS: readonly { name: string; from: string; to: Ipv4; port?: number; proxy?: true }[] = [
  { name: "A to outside", from: "pod-a", to: OUTSIDE },
  { name: "B to outside", from: "pod-b", to: OUTSIDE },
  { name: "A to the VPC", from: "pod-a", to: VPC_HOST },
  { name: "B to the VPC", from: "pod-b", to: VPC_HOST },
  { name: "the VPC to B", from: "vpc-host", to: POD_ADDRESS.b },
  { name: "A to B", from: "pod-a", to: POD_ADDRESS.b },
  { name: "B to A", from: "pod-b", to: POD_ADDRESS.a },
  { name: "node to B", from: "node", to: POD_ADDRESS.b },
  { name: "node to outside", from: "node", to: OUTSIDE },
  { name: "outside to NodePort A", from: "outside", to: NODE, port: NODE_PORT.a, proxy: true },
  { name: "outside to NodePort B", from: "outside", to: NODE, port: NODE_PORT.b, proxy: true },
  { name: "B to a service outside", from: "pod-b", to: SERVICE, proxy: true },
];

interface Change {
  readonly name: string;
  readonly change: Partial<HostSettings>;
  /** The path that the changed settings do not have. */
  readonly without?: string;
  /** How much an echo carries. What is larger than the ENI's new MTU the network drops, whatever the node does. */
  readonly bytes?: number;
}

const CHANGES: readonly Change[] = [
  { name: "nothing, as at a restart", change: {} },
  { name: "AWS_VPC_K8S_CNI_EXTERNALSNAT", change: { externalSnat: true } },
  {
    name: "AWS_VPC_CNI_NODE_PORT_SUPPORT",
    change: { nodePort: false },
    without: "outside to NodePort B",
  },
  {
    name: "external SNAT without NodePort support",
    change: { externalSnat: true, nodePort: false },
    without: "outside to NodePort B",
  },
  { name: "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", change: { excludeCidrs: [OUTSIDE_NET] } },
  { name: "all blocks excluded", change: { excludeCidrs: [cidr("0.0.0.0/0")] } },
  { name: "AWS_VPC_K8S_CNI_RANDOMIZESNAT", change: { randomize: "none" } },
  { name: "AWS_EXTERNAL_SERVICE_CIDRS", change: { externalServiceCidrs: [OUTSIDE_NET] } },
  { name: "AWS_VPC_K8S_CNI_CONNMARK", change: { connectionMark: 0x30 } },
  { name: "a mark that holds the old one", change: { connectionMark: 0x180 } },
  { name: "AWS_VPC_K8S_CNI_VETHPREFIX", change: { vethPrefix: "pod" } },
  { name: "another VPC block", change: { vpcCidrs: [cidr("10.0.0.0/16"), OUTSIDE_NET] } },
  { name: "AWS_VPC_ENI_MTU", change: { mtu: 1500 }, bytes: 1200 },
  { name: "DISABLE_TCP_EARLY_DEMUX", change: { tcpEarlyDemux: false } },
  {
    name: "all of them at once",
    change: {
      externalSnat: true,
      nodePort: false,
      excludeCidrs: [cidr("192.0.2.0/24")],
      randomize: "hashrandom",
      connectionMark: 0x1000,
      vethPrefix: "p.",
      mtu: 1400,
      tcpEarlyDemux: false,
    },
    without: "outside to NodePort B",
    bytes: 1200,
  },
];

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `settings changed on a running node (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    describe.each([
      { proxy: "with a service proxy", hasProxy: true },
      { proxy: "without one, so that nothing else tracks connections", hasProxy: false },
    ])("$proxy", ({ hasProxy }) => {
      const namespaces = new TestNamespaces();
      const servers: Server[] = [];
      const open: Stream[] = [];
      const node = namespaces.path("node");
      const paths = PATHS.filter(({ proxy }) => hasProxy || proxy === undefined);
      const defaults = hostSettings(node);

      beforeAll(() => {
        buildTopology(namespaces);
        setUpHost(defaults);
        setUpEni(eniSettings(node));
        for (const pod of ["a", "b"] as const) {
          wirePod(podWiring(pod, { host: node, pod: namespaces.path(`pod-${pod}`) }));
        }
        for (const [label, address] of [
          ["pod-a", POD_ADDRESS.a],
          ["pod-b", POD_ADDRESS.b],
          ["outside", OUTSIDE],
          ["vpc-host", VPC_HOST],
        ] as const) {
          servers.push(startEcho({ netns: namespaces.path(label), address, port: PORT }));
        }
        if (hasProxy) startServiceProxy(node, PORT);
        // A connection that was reset is forgotten after a second.
        writeSysctl(["netfilter", "nf_conntrack_tcp_timeout_close"], 1, { netns: node });
      });
      afterEach(() => {
        for (const stream of open.splice(0)) stream.close();
      });
      afterAll(() => {
        for (const server of servers) server.close();
        namespaces.deleteAll();
      });

      async function openAll(bytes?: number): Promise<Map<string, Stream>> {
        const streams = new Map<string, Stream>();
        await Promise.all(
          paths.map(async ({ name, from, to, port = PORT }) => {
            const end = { netns: namespaces.path(from), address: to, port };
            const stream = await Stream.open(end, SILENCE_MS);
            if (stream === undefined) return;
            open.push(stream);
            if (await stream.echoes(bytes)) streams.set(name, stream);
          }),
        );
        return streams;
      }

      async function echoing(
        streams: ReadonlyMap<string, Stream>,
        bytes: number | undefined,
      ): Promise<string[]> {
        const answers = await Promise.all(
          [...streams].map(async ([name, stream]) => ((await stream.echoes(bytes)) ? [name] : [])),
        );
        return answers.flat().sort();
      }

      const names = paths.map(({ name }) => name).sort();

      test.each(CHANGES)("$name: open connections go on", async ({ change, without, bytes }) => {
        const before = await openAll();
        expect([...before.keys()].sort()).toEqual(names);
        setUpHost({ ...defaults, ...change });
        expect(await echoing(before, bytes)).toEqual(names);
        const meanwhile = await openAll(bytes);
        const possible = names.filter((name) => name !== without);
        expect([...meanwhile.keys()].sort()).toEqual(possible);
        setUpHost(defaults);
        expect(await echoing(before, bytes)).toEqual(names);
        expect(await echoing(meanwhile, bytes)).toEqual(possible);
      });

      async function forgotten(settings: HostSettings, { remains }: HostSetUp): Promise<void> {
        await expect
          .poll(() => readRemains(settings, remains), { timeout: 10_000 })
          .toEqual({ marks: [], vethPrefixes: remains.vethPrefixes });
      }

      const markRules = (): string[] =>
        ipLines(node, "rule show").filter((line) => line.startsWith("1024:"));

      test("rule 1024 goes with the last connection that needs it", async () => {
        setUpHost(defaults);
        const stream = await openOne("pod-b");
        const settings = { ...defaults, externalSnat: true, nodePort: false };
        const changed = setUpHost(settings);
        expect(changed.remains.marks).toEqual([0x80]);
        expect(markRules()).toEqual(["1024: from all fwmark 0x80/0x80 lookup main"]);
        stream.close();
        await forgotten(settings, changed);
        expect(setUpHost(settings).remains.marks).toEqual([]);
        expect(markRules()).toEqual([]);
      });

      test("a connection of a pod on the primary ENI keeps no rule", async () => {
        setUpHost(defaults);
        const stream = await openOne("pod-a");
        const { remains } = setUpHost({ ...defaults, externalSnat: true, nodePort: false });
        expect(remains.marks).toEqual([]);
        expect(await stream.echoes()).toBe(true);
        stream.close();
      });

      test("an old mark goes with its last connection", async () => {
        setUpHost(defaults);
        const stream = await openOne("pod-b");
        const settings = { ...defaults, connectionMark: 0x30 };
        const changed = setUpHost(settings);
        expect(markRules()).toEqual([
          "1024: from all fwmark 0x80/0x80 lookup main",
          "1024: from all fwmark 0x30/0x30 lookup main",
        ]);
        stream.close();
        await forgotten(settings, changed);
        setUpHost(settings);
        expect(markRules()).toEqual(["1024: from all fwmark 0x30/0x30 lookup main"]);
        expect(nftText(node, "list table ip berth")).not.toContain("0x00000080");
        const back = setUpHost(defaults);
        await forgotten(defaults, back);
      });

      test("an old link name goes with its last pod", () => {
        const settings = { ...defaults, vethPrefix: "pod" };
        expect(setUpHost(settings).remains.vethPrefixes).toEqual(["eni"]);
        const table = (): string => nftText(node, "list table ip berth");
        expect(table()).toContain('"eni*"');
        for (const pod of ["a", "b"] as const) {
          const { address, routeTable } = podWiring(pod, { host: node, pod: "" });
          unwirePod({ hostNetns: node, address, routeTable });
        }
        expect(setUpHost(settings).remains.vethPrefixes).toEqual([]);
        expect(table()).not.toContain('"eni*"');
      });

      async function openOne(from: string): Promise<Stream> {
        const netns = namespaces.path(from);
        const stream = await Stream.open({ netns, address: OUTSIDE, port: PORT }, SILENCE_MS);
        if (stream === undefined) throw new Error(`${from} does not reach the outside`);
        open.push(stream);
        return stream;
      }
    });
  },
);
