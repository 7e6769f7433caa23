import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eniRouteTable } from "./numbers.ts";
import { unwirePod, wirePod } from "./pod.ts";
import { checkPod } from "./pod-check.ts";
import { hostVethName } from "./pod-names.ts";
import type { PodWiring } from "./pod-wiring.ts";
import { ipLines, KERNEL_TESTS_MISSING, TestNamespaces } from "./testing/test-netns.ts";
import { ip, ip6 } from "./testing/values.ts";

const POD = { namespace: "default", name: "wide" };

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `a pod with an interface for each network card (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const node = namespaces.path("node");
    const pod = namespaces.path("pod");

    beforeAll(() => {
      namespaces.create("node");
      namespaces.create("pod");
    });
    afterAll(() => {
      namespaces.deleteAll();
    });

    function wiring(nicIndex: number, address: PodWiring["address"]): PodWiring {
      return {
        hostNetns: node,
        podNetns: pod,
        ifName: nicIndex === 0 ? "eth0" : `mNicIf${String(nicIndex)}`,
        hostVethName: hostVethName({ ...POD, nicIndex }),
        address,
        mtu: 9001,
        routeTable: eniRouteTable({ networkCard: nicIndex, deviceIndex: nicIndex }),
        nicIndex,
      };
    }

    test("the first is as any pod's; further ones serve what binds to their address", () => {
      const first = wiring(0, ip("10.0.0.11"));
      const second = wiring(1, ip("10.0.1.11"));
      const third = wiring(2, ip6("2600:1f14:1:1:5::7"));
      for (const each of [first, second, third]) wirePod(each);
      expect(ipLines(pod, "-4 rule show")).toContain("1: from 10.0.1.11 lookup 1");
      expect(ipLines(pod, "-6 rule show")).toContain("1: from 2600:1f14:1:1:5::7 lookup 2");
      expect(ipLines(pod, "-4 route show")).toEqual([
        "default via 169.254.1.1 dev eth0",
        "169.254.1.1 dev eth0 scope link",
      ]);
      expect(ipLines(pod, "-4 route show table 1")).toEqual([
        "default via 169.254.1.2 dev mNicIf1",
        "169.254.1.2 dev mNicIf1 scope link",
      ]);
      expect(ipLines(pod, "-6 route show table 2").join()).toContain(
        "default via fe80::3 dev mNicIf2",
      );
      expect(ipLines(node, "-4 rule show")).toEqual(
        expect.arrayContaining([
          "512: from all to 10.0.0.11 lookup main",
          "512: from all to 10.0.1.11 lookup main",
          "1536: from 10.0.1.11 lookup 10101",
        ]),
      );
      expect(ipLines(node, "-6 rule show")).toContain("1536: from 2600:1f14:1:1:5::7 lookup 10202");
      for (const each of [first, second, third]) expect(checkPod(each)).toEqual([]);
      for (const each of [first, second, third]) unwirePod(each);
      expect(ipLines(node, "-4 rule show").join()).not.toContain("10.0.");
      expect(ipLines(node, "-6 rule show").join()).not.toContain("2600:");
    });
  },
);
