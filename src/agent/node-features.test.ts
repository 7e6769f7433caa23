import { expect, test } from "vitest";
import { announceFeatures } from "./node-features.ts";
import { TinyCluster } from "./tiny-cluster.ts";
import { newNode } from "./tiny-node.ts";
import { TinyTime } from "./tiny-time.ts";
import { TinyWorld } from "./tiny-world.ts";

test("a feature that can't be written is counted, and written with the next change", async () => {
  const cluster = new TinyCluster();
  cluster.setNode({});
  cluster.features = [];
  cluster.refusal = new Error("away");
  const time = new TinyTime();
  const errors: string[] = [];
  const telemetry = { notePodEniError: (fn: string) => void errors.push(fn) };
  const stop = announceFeatures(newNode(new TinyWorld(), { cluster, time }), {
    podEnis: "on",
    telemetry,
  });
  await time.pass(0);
  expect(errors).toEqual(["tryEnableSecurityGroupsForPods"]);
  cluster.refusal = undefined;
  cluster.changed();
  await time.pass(0);
  expect(cluster.features).toEqual([{ name: "SecurityGroupsForPods" }]);
  expect(errors).toHaveLength(1);
  stop();
});
