import { expect, test } from "vitest";
import { Params } from "./params.ts";
import { PUBLISHED_THROTTLE, Throttle } from "./throttle.ts";

const NONE = Params.fromForm("");

/** How many of 200 calls at once pass. */
function burst(throttle: Throttle, action: string, { params = NONE, nowMs = 0 } = {}): number {
  let passed = 0;
  for (let call = 0; call < 200; call++) {
    try {
      throttle.take(action, { params, nowMs });
      passed++;
    } catch (error) {
      expect(error).toMatchObject({
        code: "RequestLimitExceeded",
        status: 503,
      });
    }
  }
  return passed;
}

test.each([
  { name: "a read", action: "DescribeSubnets", query: "", want: 100 },
  {
    name: "a costly read, filtered",
    action: "DescribeInstances",
    query: "Filter.1.Name=x",
    want: 100,
  },
  {
    name: "a costly read, paged",
    action: "DescribeInstances",
    query: "MaxResults=5",
    want: 100,
  },
  {
    name: "a costly read by ids only",
    action: "DescribeInstances",
    query: "InstanceId.1=i-1",
    want: 50,
  },
  {
    name: "creating an ENI",
    action: "CreateNetworkInterface",
    query: "",
    want: 100,
  },
  { name: "attaching", action: "AttachNetworkInterface", query: "", want: 50 },
  {
    name: "reserving",
    action: "CreateSubnetCidrReservation",
    query: "",
    want: 5,
  },
])("the published burst: $name", ({ action, query, want }) => {
  expect(
    burst(new Throttle(PUBLISHED_THROTTLE), action, {
      params: Params.fromForm(query),
    }),
  ).toBe(want);
});

test("a bucket refills with time, up to its capacity", () => {
  const throttle = new Throttle(PUBLISHED_THROTTLE);
  expect(burst(throttle, "AttachNetworkInterface")).toBe(50);
  expect(burst(throttle, "AttachNetworkInterface", { nowMs: 2_000 })).toBe(10);
  expect(burst(throttle, "AttachNetworkInterface", { nowMs: 3_600_000 })).toBe(50);
});

test("actions don't share a bucket, nor do filtered and unfiltered reads", () => {
  const throttle = new Throttle(PUBLISHED_THROTTLE);
  burst(throttle, "DescribeInstances");
  expect(burst(throttle, "AttachNetworkInterface")).toBe(50);
  expect(
    burst(throttle, "DescribeInstances", {
      params: Params.fromForm("MaxResults=5"),
    }),
  ).toBe(100);
});

test("a scaled account and a bucket of one's own", () => {
  const buckets = { CreateTags: { capacity: 3, refillPerSecond: 0 } };
  const throttle = new Throttle({ scale: 0.1, buckets });
  expect(burst(throttle, "DescribeSubnets")).toBe(10);
  expect(burst(throttle, "CreateTags")).toBe(3);
  expect(burst(throttle, "CreateTags", { nowMs: 60_000 })).toBe(0);
});
