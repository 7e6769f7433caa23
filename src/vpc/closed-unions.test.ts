import { expect, test } from "vitest";
import { InvariantError, newRandom } from "../base/index.ts";
import { finish } from "./finish.ts";
import { peerText } from "./permission.ts";
import { stateOf } from "./route-changes.ts";
import { checkTarget } from "./route-target.ts";
import { regionSettings } from "./settings.ts";
import { State } from "./state.ts";

const state = new State(regionSettings({ name: "us-west-2", zones: [] }), {
  ...{ random: newRandom(1), nowMs: 0 },
});
const strange = { kind: "strange" } as never;
const table = {} as never;

test.each([
  { name: "due", act: () => finish(state, strange) },
  { name: "peer of a rule", act: () => peerText(strange) },
  { name: "target of a route", act: () => stateOf(state, strange) },
  {
    name: "target of a new route",
    act: () =>
      checkTarget(state, table, { routeTableId: table, destination: strange, target: strange }),
  },
])("a $name of an unknown kind is a bug", ({ act }) => {
  expect(act).toThrow(InvariantError);
});
