import { expect, test } from "vitest";
import { eniDescription, parseInstanceId, PREFIX_BITS, RESERVED_PER_SUBNET } from "./index.ts";
import { ADDRESSES_PER_PREFIX } from "./ec2-constants.ts";

test("R-PD-1: a prefix is a /28 of 16 addresses", () => {
  expect(ADDRESSES_PER_PREFIX).toBe(2 ** (32 - PREFIX_BITS));
});

test("five addresses of a subnet are never assigned", () => {
  expect(RESERVED_PER_SUBNET).toBe(5);
});

test("the description of an ENI names the instance", () => {
  const instance = parseInstanceId("i-0123456789abcdef0");
  expect(instance && eniDescription(instance)).toBe("aws-K8S-i-0123456789abcdef0");
});
