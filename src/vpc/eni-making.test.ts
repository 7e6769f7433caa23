import { expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { makeEni } from "./eni-making.ts";
import { INSTANT_TIMING, regionSettings } from "./settings.ts";
import { State } from "./state.ts";
import { Subnets } from "./subnets.ts";
import { block, must } from "./test-region.ts";
import { Vpcs } from "./vpcs.ts";

test("a MAC address that is taken is drawn again", () => {
  const first = makeEni(...stateWithSubnet());
  const taken = must(first).mac;
  // The same seed: the same address comes up, but now another ENI has it.
  const [state, request] = stateWithSubnet();
  state.macs.add(taken);
  const second = must(makeEni(state, request)).mac;
  expect(second).not.toBe(taken);
  expect(state.macs.size).toBe(2);
});

function stateWithSubnet(): Parameters<typeof makeEni> {
  const zones = [{ name: "us-west-2a", id: "usw2-az1" }];
  const settings = regionSettings({ name: "us-west-2", zones, timing: INSTANT_TIMING });
  const state = new State(settings, { random: newRandom(5), nowMs: 0 });
  const cidr = block("10.0.0.0/16");
  const vpc = must(new Vpcs(state).create({ cidr }));
  return [state, { subnetId: must(new Subnets(state).create({ vpcId: vpc.id, cidr })).id }];
}
