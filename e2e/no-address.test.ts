import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabStatus, PodStatus } from "../src/lab/index.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const COOLDOWN_SECONDS = 8;

const FILE = labFile({
  name: "e2e-full",
  // A /28 has 11 addresses for us: the node's own and ten more.
  subnets: { wide: "10.0.1.0/24", narrow: "10.0.2.0/28" },
  nodes: [
    // One pod more than there are addresses.
    { name: "full", type: "m5.large", subnet: "wide", maxPods: 30 },
    { name: "dry", type: "m5.xlarge", subnet: "narrow" },
  ],
  workloads: [
    { name: "crowd", node: "full", replicas: 27 },
    { name: "thirst", node: "dry", replicas: 0 },
  ],
  agentEnv: { WARM_IP_TARGET: 1, IP_COOLDOWN_PERIOD: COOLDOWN_SECONDS },
});

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}where there is no address to give`,
  () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
      await lab.allRunning(27);
    });
    afterAll(async () => {
      await lab.down();
    });

    test("R-IP-2: the 28th address on an m5.large is refused, and the runtime's text says the node is full", async () => {
      await lab.scale("crowd", 28);
      const said = await eventually({ what: "the 28th is refused", withinMs: 60_000 }, async () => {
        const value = await refusals("crowd");
        return { done: value.size > 0, value };
      });
      expect(said.size).toBe(1);
      for (const message of said.values()) {
        expect(message).toContain("failed to assign an IP address to container");
        expect(message).toContain("node full: 27 of 27 addresses of this m5.large");
        expect(message).not.toContain("subnet");
      }
    });

    test("R-IP-2: a freed address comes back after the cooldown and no sooner", async () => {
      const node = (await lab.status()).nodes.find(({ name }) => name === "full");
      const held = await lab.enis(String(node?.instanceId));
      await lab.scale("crowd", 26);
      await lab.until("two pods are gone", ({ pods }) => pods.length === 26);
      await lab.scale("crowd", 27);
      const { pods } = await lab.allRunning(27);
      // Nothing but the freed addresses was left to give: no ENI and no address was added.
      expect(await lab.enis(String(node?.instanceId))).toEqual(held);
      const events = addressEvents(readFileSync(String(node?.agent.logFile), "utf8"));
      const reused = events.filter(
        ({ given, address }, index) =>
          given &&
          events.slice(0, index).some((before) => !before.given && before.address === address),
      );
      expect(reused.length).toBeGreaterThan(0);
      expect(pods.map(({ address }) => address)).toContain(reused[0]?.address);
      for (const { address, atMs } of reused) {
        const freed = events.findLast(
          (each) => !each.given && each.address === address && each.atMs <= atMs,
        );
        expect(atMs - (freed?.atMs ?? atMs)).toBeGreaterThanOrEqual(COOLDOWN_SECONDS * 1000);
      }
    });

    /** What the kubelet last said about each pod of a workload that got no sandbox. */
    async function refusals(workload: string): Promise<Map<string, string>> {
      const { items } = await lab.kubeGet<{ items: EventItem[] }>([
        "events",
        "--field-selector=reason=FailedCreatePodSandBox",
      ]);
      const ofWorkload = items.filter(({ involvedObject }) =>
        involvedObject.name.startsWith(`${workload}-`),
      );
      return new Map(
        ofWorkload
          .toSorted((a, b) => (a.lastTimestamp < b.lastTimestamp ? -1 : 1))
          .map(({ involvedObject, message }) => [involvedObject.name, message]),
      );
    }

    describe("a /28 that runs dry", () => {
      const foreign: string[] = [];
      const thirsty = ({ pods }: LabStatus): PodStatus[] =>
        pods.filter(({ workload }) => workload === "thirst");
      const narrow = async (query: string): Promise<string> => {
        const line = `aws ec2 describe-subnets --filters Name=cidr-block,Values=10.0.2.0/28 --query 'Subnets[0].${query}' --output text`;
        return (await lab.shell(line)).trim();
      };

      test("shows the subnet as the cause, not the node", async () => {
        // Somebody else's ENIs take two of the ten addresses.
        const subnetId = await narrow("SubnetId");
        for (let count = 0; count < 2; count++) {
          const create = `aws ec2 create-network-interface --subnet-id ${subnetId} --query NetworkInterface.NetworkInterfaceId --output text`;
          foreign.push((await lab.shell(create)).trim());
        }
        await lab.scale("thirst", 10);
        await lab.until("eight of ten run", (now) => {
          const running = thirsty(now).filter(({ phase }) => phase === "Running");
          return thirsty(now).length === 10 && running.length === 8;
        });
        const said = await eventually({ what: "two are refused", withinMs: 60_000 }, async () => {
          const value = await refusals("thirst");
          const named = [...value.values()].filter((message) => message.includes("subnet"));
          return { done: named.length === 2, value };
        });
        for (const message of said.values()) {
          expect(message).toContain("failed to assign an IP address to container");
          expect(message).toMatch(
            /subnet subnet-[0-9a-f]+ \(10\.0\.2\.0\/28\) has too few free addresses/,
          );
          expect(message).not.toContain("node full");
        }
        expect(await narrow("AvailableIpAddressCount")).toBe("0");
      });

      test("is used again without anybody's doing when it has room", async () => {
        for (const eni of foreign) {
          await lab.shell(`aws ec2 delete-network-interface --network-interface-id ${eni}`);
        }
        const status = await lab.until("all ten run", (now) =>
          thirsty(now).every(({ phase }) => phase === "Running"),
        );
        expect(thirsty(status)).toHaveLength(10);
        expect(await narrow("AvailableIpAddressCount")).toBe("0");
      });
    });
  },
);

interface EventItem {
  readonly involvedObject: { readonly name: string };
  readonly message: string;
  readonly lastTimestamp: string;
}

interface AddressEvent {
  readonly atMs: number;
  readonly given: boolean;
  readonly address: string;
}

interface LogRecord {
  readonly time: string;
  readonly msg: string;
  readonly address?: string;
  readonly tookMs: number;
}

/** What the agent's log says about addresses given and freed, in order. */
function addressEvents(log: string): AddressEvent[] {
  return log
    .split("\n")
    .map((line) => line.slice(line.indexOf("{")))
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogRecord)
    .filter(({ msg }) => msg === "ADD done" || msg === "DEL done")
    .flatMap(({ time, msg, address, tookMs }) => {
      if (address === undefined) return [];
      const given = msg === "ADD done";
      // An address is free from somewhere within its DEL on: counted from the begin.
      return [{ atMs: Date.parse(time) - (given ? 0 : tookMs), given, address }];
    });
}
