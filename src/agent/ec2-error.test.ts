import { expect, test } from "vitest";
import { BerthError, InvariantError } from "../base/index.ts";
import { toEc2Error } from "./ec2-error.ts";
import { EniNotShown, stepFailure } from "./step-failure.ts";
import { INSTANCE } from "./tiny-instance.ts";

function named(name: string, code?: string): Error {
  return Object.assign(
    new Error("words that nobody matches"),
    { name },
    code === undefined ? {} : { code },
  );
}

test.each([
  { operation: "AssignPrivateIpAddresses", reason: "subnetFull" },
  { operation: "CreateNetworkInterface", reason: "other" },
])(
  "R-PD-5: InvalidParameterValue of $operation is $reason: only where nothing but a count was given it is about that",
  ({ operation, reason }) => {
    expect(toEc2Error(operation, named("InvalidParameterValue")).reason).toBe(reason);
  },
);

test.each([
  {
    error: named("InsufficientFreeAddressesInSubnet"),
    reason: "subnetFull",
    code: "InsufficientFreeAddressesInSubnet",
  },
  { error: named("InsufficientCidrBlocks"), reason: "noFreeBlock", code: "InsufficientCidrBlocks" },
  {
    error: named("PrivateIpAddressLimitExceeded"),
    reason: "perEniLimit",
    code: "PrivateIpAddressLimitExceeded",
  },
  {
    error: named("AttachmentLimitExceeded"),
    reason: "attachmentLimit",
    code: "AttachmentLimitExceeded",
  },
  {
    error: named("NetworkInterfaceLimitExceeded"),
    reason: "quota",
    code: "NetworkInterfaceLimitExceeded",
  },
  { error: named("RequestLimitExceeded"), reason: "throttled", code: "RequestLimitExceeded" },
  { error: named("UnauthorizedOperation"), reason: "unauthorized", code: "UnauthorizedOperation" },
  {
    error: named("InvalidNetworkInterfaceID.NotFound"),
    reason: "eniGone",
    code: "InvalidNetworkInterfaceID.NotFound",
  },
  {
    error: named("InvalidAttachmentID.NotFound"),
    reason: "eniGone",
    code: "InvalidAttachmentID.NotFound",
  },
  { error: named("TimeoutError"), reason: "other", code: "TimeoutError" },
  { error: named("Error", "ECONNREFUSED"), reason: "other", code: "ECONNREFUSED" },
  { error: named("Error"), reason: "other", code: "Unknown" },
  { error: "a text", reason: "other", code: "Unknown" },
])("$code means $reason", ({ error, reason, code }) => {
  const ec2Error = toEc2Error("AssignPrivateIpAddresses", error);
  expect(ec2Error).toMatchObject({ reason, ec2Code: code, code: "ec2Failed" });
  expect(stepFailure(ec2Error, INSTANCE.subnet)).toEqual({
    kind: "failed",
    reason,
    code,
    subnetId: INSTANCE.subnet,
  });
});

test.each([
  { error: new EniNotShown("it is not there", {}), reason: "notReady", code: "eniNotShown" },
  {
    error: new BerthError("linkNotFound", "no link", { fix: "wait" }),
    reason: "notReady",
    code: "linkNotFound",
  },
  { error: new BerthError("kernel", "EPERM", { fix: "be root" }), reason: "other", code: "kernel" },
  { error: named("AbortError"), reason: "other", code: "AgentStopping" },
])("$code of our own means $reason", ({ error, reason, code }) => {
  expect(stepFailure(error)).toEqual({ kind: "failed", reason, code, subnetId: undefined });
});

test("a bug is not taken for a refusal", () => {
  expect(() => stepFailure(new InvariantError("two owners"))).toThrow("two owners");
});
