import { expect, test } from "vitest";
import { renderCalls } from "./lab-calls.ts";

test("a table of callers and one of actions", () => {
  const actions = [{ action: "AssignPrivateIpAddresses", calls: 3, errors: 1 }];
  const node = { podStarts: 40, calls: 3, errors: 1, perThousandPodStarts: 75, actions };
  const others = {
    podStarts: undefined,
    calls: 0,
    errors: 0,
    perThousandPodStarts: undefined,
    actions: [],
  };
  const text = renderCalls({
    callers: [
      { caller: "first", instanceId: "i-1", livedMs: 7_260_000, ...node },
      { caller: "anonymous", instanceId: undefined, livedMs: undefined, ...others },
    ],
    total: node,
  });
  expect(text).toMatchInlineSnapshot(`
    "CALLER          LIFE  POD STARTS  CALLS  REFUSED  PER 1,000 STARTS
    first      2 h 1 min          40      3        1                75
    anonymous          -           -      0        0                 -
    total                         40      3        1                75

    ACTION                    CALLS  REFUSED
    AssignPrivateIpAddresses      3        1
    "
  `);
  expect(renderCalls({ callers: [], total: others })).toBe("Nobody has called the EC2 API yet.\n");
});
