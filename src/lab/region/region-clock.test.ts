import { expect, test, vi } from "vitest";
import { newRandom } from "../../base/index.ts";
import { scaledTime } from "../../time/index.ts";
import { parseLabFile } from "../labfile/read-lab-file.ts";
import { launchInstance } from "../nodes/launch-instance.ts";
import { smallLab } from "../testing/labs.ts";
import { buildRegion } from "./build-region.ts";
import { RegionClock } from "./region-clock.ts";

function start() {
  const nodes = "nodes: [{ name: n, instanceType: m5.large, subnet: a }]";
  const lab = parseLabFile("x", smallLab({ name: "t", rest: nodes }));
  const time = scaledTime({ speed: 10, startMs: 1_000_000 });
  const { region, subnetIds } = buildRegion(lab, { random: newRandom(1), nowMs: time.nowMs() });
  const subnetId = subnetIds.get("a");
  const [node] = lab.nodes;
  if (subnetId === undefined || node === undefined) throw new Error("the lab has both");
  const changed = vi.fn<() => void>();
  return { region, subnetId, node, changed, clock: new RegionClock(region, { time, changed }) };
}

test("an attachment is finished when its time has come, and told", async () => {
  const { region, subnetId, node, changed, clock } = start();
  const instanceId = launchInstance(node, { region, subnetId });
  const created = region.enis.create({ subnetId });
  if (!created.ok) throw new Error(created.error.message);
  const eniId = created.value.id;
  region.attachments.attach({ eniId, instanceId, deviceIndex: 1 });
  const state = () => region.records.enis.get(eniId)?.attachment?.status;
  await Promise.resolve();
  expect(changed).toHaveBeenCalledTimes(1);
  expect(state()).toBe("attaching");
  await expect.poll(state).toBe("attached");
  expect(changed).toHaveBeenCalledTimes(2);
  clock.close();
});

test("a flush tells at once, and only once; a closed clock tells nothing", async () => {
  const { region, subnetId, changed, clock } = start();
  region.enis.create({ subnetId });
  clock.flush();
  await Promise.resolve();
  expect(changed).toHaveBeenCalledTimes(1);
  clock.close();
  region.enis.create({ subnetId });
  await Promise.resolve();
  expect(changed).toHaveBeenCalledTimes(1);
});
