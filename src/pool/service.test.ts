import { expect, test } from "vitest";
import { Pool } from "./pool.ts";
import { attachedEni, cidr, eniId } from "./scenario.ts";
import { poolSettings } from "./settings.ts";

const pod = { namespace: "default", name: "web" };
const blocks = { blocks: [cidr("10.0.2.11/32"), cidr("10.0.2.12/32")] };

function newPool(): Pool {
  const pool = new Pool(poolSettings({ maxEnis: 3, slotsPerEni: 9, maxPods: 29, warmIpTarget: 1 }));
  pool.observe([attachedEni(1, 0), attachedEni(2, 0, blocks)], 0);
  return pool;
}

test("an ENI whose subnet is closed serves no new pods, and gives its unused addresses back", () => {
  const pool = newPool();
  const first = pool.assign("a", pod, 0);
  expect(first.ok && first.lease.eniId).toBe(eniId(2));
  pool.setService(eniId(2), "excluded", 0);
  expect(pool.lease("a")).toBeDefined();
  expect(pool.assign("b", pod, 0)).toMatchObject({ ok: false });
  const [, unused] = blocks.blocks;
  expect(pool.next(0)).toEqual({ kind: "unassignBlocks", eniId: eniId(2), blocks: [unused] });
});

test("it serves again once the subnet is opened", () => {
  const pool = newPool();
  pool.setService(eniId(2), "excluded", 0);
  pool.setService(eniId(2), "pods", 1);
  pool.setService(eniId(7), "pods", 1);
  expect(pool.assign("b", pod, 1)).toMatchObject({ ok: true });
});

test("an ENI of somebody else takes the room of one of ours", () => {
  const pool = new Pool(poolSettings({ maxEnis: 2, slotsPerEni: 1, maxPods: 29 }));
  pool.observe([attachedEni(1, 1)], 0);
  pool.assign("a", pod, 0);
  pool.follow({ unmanagedEnis: 1 }, 0);
  expect(pool.next(0)).toMatchObject({ kind: "wait" });
  pool.follow({ unmanagedEnis: 0 }, 1);
  expect(pool.next(1)).toMatchObject({ kind: "createEni" });
});
