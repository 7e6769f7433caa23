import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabStatus, PodStatus } from "../src/lab/index.ts";
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
      const { pods } = await lab.until("the 28th pod is refused", ({ pods: all }) =>
        all.some(({ failures }) => failures > 0),
      );
      const refused = pods.filter(({ phase }) => phase !== "Running");
      expect(refused).toHaveLength(1);
      expect(refused[0]?.message).toContain("failed to assign an IP address to container");
      expect(refused[0]?.message).toContain("node full: 27 of 27 addresses of this m5.large");
      expect(refused[0]?.message).not.toContain("subnet");
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
        const status = await lab.until("the subnet is named", (now) => {
          const running = thirsty(now).filter(({ phase }) => phase === "Running");
          const refused = thirsty(now).filter(
            ({ message }) => message?.includes("subnet") === true,
          );
          return running.length === 8 && refused.length === 2;
        });
        for (const { phase, message } of thirsty(status)) {
          if (phase === "Running") continue;
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

interface AddressEvent {
  readonly atMs: number;
  readonly given: boolean;
  readonly address: string;
}

/** What the agent's log says about addresses given and freed, in order. */
function addressEvents(log: string): AddressEvent[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { time: string; msg: string; address?: string })
    .filter(({ msg }) => msg === "ADD done" || msg === "DEL done")
    .flatMap(({ time, msg, address }) =>
      address === undefined ? [] : [{ atMs: Date.parse(time), given: msg === "ADD done", address }],
    );
}
