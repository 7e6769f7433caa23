import type { Server } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { setUpEni } from "./eni.ts";
import { type HostSettings, type HostSetUp, readRemains, setUpHost } from "./host.ts";
import { unwirePod, wirePod } from "./pod.ts";
import { startServiceProxy } from "./testing/service-proxy.ts";
import { CHANGES, OUTSIDE_NET, PATHS, PORT } from "./testing/settings-changes.ts";
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

/** What never arrives must be waited for; what arrives takes well under a millisecond. */
const SILENCE_MS = 500;

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
        // A connection that was reset, or never came about, is forgotten after a second.
        for (const state of ["close", "syn_sent", "syn_recv"]) {
          writeSysctl(["netfilter", `nf_conntrack_tcp_timeout_${state}`], 1, { netns: node });
        }
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
          .toEqual({ ...remains, marks: [], waitingCidrs: [] });
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

      test("a service's rule waits for connections that it would divert", async () => {
        const excluded = { ...defaults, excludeCidrs: [OUTSIDE_NET] };
        setUpHost(excluded);
        const stream = await openOne("pod-b");
        const settings = { ...defaults, externalServiceCidrs: [OUTSIDE_NET] };
        const changed = setUpHost(settings);
        expect(changed.remains.waitingCidrs).toEqual([OUTSIDE_NET]);
        expect(await stream.echoes()).toBe(true);
        const next = await openOne("pod-b");
        stream.close();
        await forgotten(settings, changed);
        expect(setUpHost(settings).remains.waitingCidrs).toEqual([]);
        expect(ipLines(node, "rule show").join()).toContain("1535: from all to 198.51.100.0/24");
        expect(await next.echoes()).toBe(true);
        setUpHost(defaults);
        expect(await next.echoes()).toBe(true);
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
