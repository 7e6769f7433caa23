import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const COOLDOWN_SECONDS = 8;

const FILE = labFile({
  name: "e2e-full",
  // A /28 has 11 addresses for us: the node's own and ten more.
  subnets: { wide: "10.0.1.0/24", narrow: "10.0.2.0/28" },
  nodes: [
    {
      name: "full",
      type: "m5.large",
      subnet: "wide",
      env: { IP_COOLDOWN_PERIOD: COOLDOWN_SECONDS },
    },
    { name: "dry", type: "m5.xlarge", subnet: "narrow" },
  ],
  workloads: [
    { name: "crowd", node: "full", replicas: 27 },
    { name: "thirst", node: "dry", replicas: 0 },
  ],
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

    test("a /28 that runs dry shows the subnet as the cause, not the node", async () => {
      await lab.scale("thirst", 12);
      const { nodes, pods } = await lab.until(
        "the subnet is named",
        ({ pods: all }) =>
          all.filter(({ workload, phase }) => workload === "thirst" && phase === "Running")
            .length >= 10 &&
          all.some(({ message }) => message?.includes("has too few free addresses") === true),
      );
      const dry = nodes.find(({ name }) => name === "dry");
      const refused = pods.filter(
        ({ workload, phase }) => workload === "thirst" && phase !== "Running",
      );
      const why = refused.find(
        ({ message }) => message?.includes("has too few free addresses") === true,
      )?.message;
      expect(why).toContain("failed to assign an IP address to container");
      expect(why).toMatch(/subnet subnet-[0-9a-f]+ \(10\.0\.2\.0\/28\) has too few free addresses/);
      expect(why).not.toContain("node full");
      expect(refused).toHaveLength(2);

      const free = await lab.shell(
        `aws ec2 describe-subnets --filters Name=cidr-block,Values=10.0.2.0/28 --query 'Subnets[*].AvailableIpAddressCount' --output text`,
      );
      expect(free.trim()).toBe("0");
      expect(dry?.ready).toBe(true);
    });

    test("a subnet that gets room again is used without anybody's doing", async () => {
      const free = async (): Promise<number> => {
        const text = await lab.shell(
          `aws ec2 describe-subnets --filters Name=cidr-block,Values=10.0.2.0/28 --query 'Subnets[*].AvailableIpAddressCount' --output text`,
        );
        return Number(text);
      };
      await lab.scale("thirst", 4);
      const count = await eventually({ what: "the pods are gone", withinMs: 60_000 }, async () => {
        const { pods } = await lab.status();
        const left = pods.filter(({ workload }) => workload === "thirst");
        return {
          done: left.length === 4 && left.every(({ phase }) => phase === "Running"),
          value: left,
        };
      });
      expect(count).toHaveLength(4);
      expect(await free()).toBeGreaterThanOrEqual(0);
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
