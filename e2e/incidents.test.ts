import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const LONG_MS = 600_000;

interface PodItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** Each incident of `examples/labs`, from its start to its mending, by its own scripts. */
describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}the incidents of the examples`, () => {
  let lab: Lab;

  afterEach(async () => {
    await lab.down();
  });

  async function start(example: string): Promise<void> {
    const path = new URL(`../examples/labs/${example}/lab.yaml`, import.meta.url);
    lab = await Lab.up(readFileSync(fileURLToPath(path), "utf8"));
  }

  async function pods(): Promise<readonly PodItem[]> {
    return (await lab.kubeGet<{ items: PodItem[] }>(["pods"])).items;
  }

  /** Running pods with what must not change while an incident is mended. */
  async function running(): Promise<string[]> {
    return (await pods())
      .filter(({ status }) => status.phase === "Running")
      .map(({ metadata, status }) =>
        [metadata.uid, status.podIP, status.containerStatuses?.[0]?.restartCount].join(" "),
      );
  }

  /** How many addresses of private-a each instance holds. */
  async function heldByInstance(): Promise<number[]> {
    const query =
      "--query 'NetworkInterfaces[?Attachment.InstanceId].[Attachment.InstanceId,length(PrivateIpAddresses)]'";
    const rows = (await lab.aws(`ec2 describe-network-interfaces ${query}`)) as [string, number][];
    const counts = new Map<string, number>();
    for (const [instance, count] of rows) {
      counts.set(instance, (counts.get(instance) ?? 0) + count);
    }
    return [...counts.values()];
  }

  async function available(): Promise<number> {
    const line =
      "aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a --query 'Subnets[0].AvailableIpAddressCount' --output text";
    return Number(await lab.shell(line));
  }

  test(
    "R-IP-3, R-WARM-5: 2 AM: eight nodes hold 30 addresses each for ten pods, the /24 runs dry, and WARM_IP_TARGET mends it",
    async () => {
      await start("two-am");
      const incident = await lab.script("examples/labs/two-am/incident.sh", "kubectl-1.35");
      expect(incident).toContain("ContainerCreating");
      expect(incident).toContain("failed to assign an IP address to container");
      expect(incident).toMatch(/subnet subnet-[0-9a-f]+ \(10\.0\.1\.0\/24\)/);
      const held = await eventually({ what: "the subnet is dry", withinMs: 60_000 }, async () => {
        const value = await heldByInstance();
        return { done: value.filter((count) => count === 30).length === 8, value };
      });
      expect(held.filter((count) => count === 30)).toHaveLength(8);
      expect(await available()).toBeLessThan(10);
      const before = await running();
      expect(before.length).toBeGreaterThanOrEqual(80);
      const mended = await lab.script("examples/labs/two-am/mend.sh", "kubectl-1.35");
      expect(mended).toContain('deployment "web" successfully rolled out');
      const after = await running();
      expect(after).toHaveLength(120);
      expect(before.filter((pod) => !after.includes(pod))).toEqual([]);
      expect(await available()).toBeGreaterThan(0);
    },
    LONG_MS,
  );

  test(
    "R-IP-2: too many pods: the scheduler says so, the subnet has room, and another node mends it",
    async () => {
      await start("too-many-pods");
      const incident = await lab.script("examples/labs/too-many-pods/incident.sh", "kubectl-1.20");
      expect(incident).toContain("0/1 nodes are available: 1 Too many pods.");
      expect(incident).toMatch(/NAME +PODS +IP\n\S+ +17 +17\n/);
      expect(await available()).toBeGreaterThan(200);
      const before = await running();
      expect(before).toHaveLength(15);
      await lab.script("examples/labs/too-many-pods/mend.sh", "kubectl-1.20");
      const after = await running();
      expect(after).toHaveLength(20);
      expect(before.filter((pod) => !after.includes(pod))).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "R-PD-5: a fragmented subnet: no /28 is whole though addresses are free, and a reservation mends it",
    async () => {
      await start("fragmented-subnet");
      const incident = await lab.script(
        "examples/labs/fragmented-subnet/incident.sh",
        "kubectl-1.35",
      );
      expect(incident).toContain("failed to assign an IP address to container");
      expect(incident).toContain("has no free aligned /28 block");
      expect(await available()).toBeGreaterThan(100);
      const before = await running();
      expect(before.length).toBeGreaterThan(0);
      await lab.script("examples/labs/fragmented-subnet/mend.sh", "kubectl-1.35");
      const after = await running();
      expect(after).toHaveLength(60);
      expect(before.filter((pod) => !after.includes(pod))).toEqual([]);
    },
    LONG_MS,
  );
});
