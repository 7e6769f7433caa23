import { expect, test } from "vitest";
import { invariant } from "../../base/index.ts";
import { parseInstanceId } from "../../facts/index.ts";
import { CallLog } from "../ec2/call-log.ts";
import { accessKeyOf } from "../imds/index.ts";
import { callStatus } from "./call-status.ts";

const first = parseInstanceId("i-0000000000000001a");
invariant(first !== undefined, "an instance id");

function logOf(...calls: [caller: string, action: string, errorCode?: string][]): CallLog {
  const log = new CallLog({ capacity: 1 });
  for (const [caller, action, errorCode] of calls)
    log.add({ atMs: 0, action, caller, client: "x", attempt: 1, tookMs: 1, errorCode });
  return log;
}

test("calls are a node's by its key, others' by theirs; per 1,000 pod starts, refused ones too", () => {
  const key = accessKeyOf(first);
  const log = logOf(
    [key, "CreateNetworkInterface"],
    [key, "AssignPrivateIpAddresses", "RequestLimitExceeded"],
    [key, "AssignPrivateIpAddresses"],
    ["anonymous", "DescribeVpcs"],
  );
  const node = { name: "first", instanceId: first, livedMs: 60_000, podStarts: 40 };
  const { callers, total } = callStatus(log, [node]);
  expect(callers).toEqual([
    {
      caller: "first",
      instanceId: first,
      livedMs: 60_000,
      podStarts: 40,
      calls: 3,
      errors: 1,
      perThousandPodStarts: 75,
      actions: [
        { action: "AssignPrivateIpAddresses", calls: 2, errors: 1 },
        { action: "CreateNetworkInterface", calls: 1, errors: 0 },
      ],
    },
    expect.objectContaining({ caller: "anonymous", podStarts: undefined, calls: 1 }),
  ]);
  expect(total).toMatchObject({ calls: 4, errors: 1, podStarts: 40, perThousandPodStarts: 100 });
});

test("before a pod has started there is no rate, and a node that called nobody has no calls", () => {
  const node = { name: "first", instanceId: first, livedMs: undefined, podStarts: 0 };
  expect(callStatus(logOf(), [node])).toMatchObject({
    callers: [{ calls: 0, actions: [] }],
    total: { calls: 0, perThousandPodStarts: undefined },
  });
});
