import { spawnSync } from "node:child_process";
import type { Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatIpv4, type Ipv4 } from "../net/index.ts";
import { setUpEni } from "./eni.ts";
import { setUpHost } from "./host.ts";
import { wirePod } from "./pod.ts";
import { seenAddress, startMirror } from "./testing/probe.ts";
import { NODE_PORT, SERVICE, startServiceProxy } from "./testing/service-proxy.ts";
import { KERNEL_TESTS_MISSING, TestNamespaces } from "./testing/test-netns.ts";
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

const PORT = 8080;
const NODE = ip("10.0.0.10");
const P = "10.0.0.10";
const A = "10.0.0.11";
const B = "10.0.1.11";
const I = "198.51.100.2";
/** What never arrives must be waited for; on these links what arrives takes well under a millisecond. */
const SILENCE_MS = 400;

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `translation as seen by servers (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const mirrors: Server[] = [];
    const node = namespaces.path("node");

    beforeAll(() => {
      buildTopology(namespaces);
      setUpHost(hostSettings(node));
      setUpEni(eniSettings(node));
      for (const pod of ["a", "b"] as const) {
        wirePod(podWiring(pod, { host: node, pod: namespaces.path(`pod-${pod}`) }));
        mirrors.push(startMirror(namespaces.path(`pod-${pod}`), POD_ADDRESS[pod], PORT));
      }
      mirrors.push(startMirror(namespaces.path("outside"), OUTSIDE, PORT));
      mirrors.push(startMirror(namespaces.path("vpc-host"), VPC_HOST, PORT));
      startServiceProxy(node, PORT);
    });

    afterAll(() => {
      for (const mirror of mirrors) mirror.close();
      namespaces.deleteAll();
    });

    const see = (from: string, address: Ipv4, port = PORT): Promise<string | undefined> =>
      seenAddress({ netns: namespaces.path(from), address, port, timeoutMs: SILENCE_MS });

    const rows = [
      { name: "R-SNAT-1: the defaults", aOut: P, bOut: P, nodePortB: I, service: P },
      {
        name: "NodePort off: what came for a pod of a second ENI is not answered",
        change: { nodePort: false },
        aOut: P,
        bOut: P,
        nodePortB: undefined,
        service: P,
      },
      {
        name: "R-SNAT-2: external SNAT shows the pods' own addresses",
        change: { externalSnat: true },
        aOut: A,
        bOut: B,
        nodePortB: I,
        service: B,
      },
      {
        name: "external SNAT and NodePort off",
        change: { externalSnat: true, nodePort: false },
        aOut: A,
        bOut: B,
        nodePortB: undefined,
        service: B,
      },
      {
        name: "R-SNAT-4: an excluded block sees the pods' own addresses",
        change: { excludeCidrs: [cidr("198.51.100.0/24")] },
        aOut: A,
        bOut: B,
        nodePortB: I,
        service: B,
      },
      {
        name: "everything excluded",
        change: { excludeCidrs: [cidr("0.0.0.0/0")] },
        aOut: A,
        bOut: B,
        nodePortB: I,
        service: B,
      },
      {
        name: "external services change nothing, as a service outside works for all pods anyway",
        change: { externalServiceCidrs: [cidr("198.51.100.0/24")] },
        aOut: P,
        bOut: P,
        nodePortB: I,
        service: P,
      },
    ];

    test.each(rows)("$name", async ({ change = {}, aOut, bOut, nodePortB, service }) => {
      setUpHost({ ...hostSettings(node), ...change });
      expect({
        aOut: await see("pod-a", OUTSIDE),
        bOut: await see("pod-b", OUTSIDE),
        bInside: await see("pod-b", VPC_HOST),
        nodePortA: await see("outside", NODE, NODE_PORT.a),
        nodePortB: await see("outside", NODE, NODE_PORT.b),
        service: await see("pod-b", SERVICE, PORT),
      }).toEqual({ aOut, bOut, bInside: B, nodePortA: I, nodePortB, service });
    });

    test("what the node sends from another ENI's address keeps it, and so is answered", () => {
      setUpHost(hostSettings(node));
      const ping = (from: string): number | null => {
        const args = [`--net=${node}`, "busybox", "ping", "-c", "1", "-W", "1", "-I", from, I];
        return spawnSync("nsenter", args).status;
      };
      expect([ping("10.0.1.10"), ping(P)]).toEqual([0, 0]);
    });

    test("R-NET-1, R-SNAT-3: inside the VPC every pair sees the pod's own address", async () => {
      setUpHost(hostSettings(node));
      expect({
        aToB: await see("pod-a", POD_ADDRESS.b),
        bToA: await see("pod-b", POD_ADDRESS.a),
        aToHost: await see("pod-a", VPC_HOST),
        hostToA: await see("vpc-host", POD_ADDRESS.a),
        hostToB: await see("vpc-host", POD_ADDRESS.b),
        nodeToA: await see("node", POD_ADDRESS.a),
        nodeToB: await see("node", POD_ADDRESS.b),
      }).toEqual({
        aToB: A,
        bToA: B,
        aToHost: A,
        hostToA: formatIpv4(VPC_HOST),
        hostToB: formatIpv4(VPC_HOST),
        nodeToA: P,
        nodeToB: P,
      });
    });
  },
);
