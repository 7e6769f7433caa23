import { expect, test } from "vitest";
import { Pool, poolSettings } from "../../pool/index.ts";
import { attached, setUpEni, shownBlocks } from "../eni-set-up.ts";
import { attachEni } from "../tiny-enis.ts";
import { INSTANCE, must } from "../tiny-instance.ts";
import { newNode, SILENT } from "../tiny-node.ts";
import { TinyTime } from "../tiny-time.ts";
import { TinyWorld } from "../tiny-world.ts";
import { newWake } from "../wake.ts";
import { followSubnets } from "./follow-subnets.ts";
import { newSubnets } from "./known-subnets.ts";

const ROLE = "kubernetes.io/role/cni";

test.each([
  { tags: "always", want: "excluded" },
  { tags: "atStart", want: "pods" },
] as const)(
  "a subnet that is closed while the agent runs, tags count $tags: $want",
  async ({ tags, want }) => {
    const world = new TinyWorld();
    await attachEni(world);
    const time = new TinyTime();
    const options = {
      instance: INSTANCE,
      clusterName: undefined,
      discovery: "on",
      policy: "berth",
    } as const;
    const subnets = newSubnets({ ec2: world.ec2, time, log: SILENT }, options);
    const node = newNode(world, { time, subnets });
    const pool = new Pool(poolSettings({ maxEnis: 3, slotsPerEni: 9, maxPods: 29 }));
    const enis = [];
    for (const shown of await world.metadata.enis()) {
      const eni = await setUpEni(node, shown, shown.deviceIndex === 0 ? "primary" : "secondary");
      enis.push(attached(eni, shownBlocks(shown)));
    }
    pool.observe(enis, 0);
    const rooms: number[] = [];
    const noteRoom = ({ freeAddresses }: { freeAddresses: number }): void =>
      void rooms.push(freeAddresses);
    const stopping = new AbortController();
    const ended = followSubnets(
      { node, pool, wake: newWake(time), tags, noteRoom },
      stopping.signal,
    );
    world.subnetTags = { [ROLE]: "0" };
    await time.pass(300_000);
    await node.subnets.refresh();
    expect(pool.enis(time.nowMs()).map(({ service }) => service)).toEqual([want, want]);
    expect(rooms[0]).toBe(world.free.length);
    world.subnetTags = {};
    await time.pass(300_000);
    expect(pool.enis(time.nowMs()).map(({ service }) => service)).toEqual(["pods", "pods"]);
    expect(must(node.enis.get(INSTANCE.primaryEni)).pods).toBe("open");
    stopping.abort();
    await ended;
  },
);
