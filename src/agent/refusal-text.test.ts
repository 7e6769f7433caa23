import { expect, test } from "vitest";
import type { FailureReason, Refusal } from "../pool/index.ts";
import { refusalNews, refusalText } from "./refusal-text.ts";
import { parseCidr } from "../net/index.ts";
import { INSTANCE } from "./tiny-instance.ts";

const CONTEXT = {
  instanceType: "m5.large",
  nowMs: 1_000,
  obstacle: undefined,
  subnetCidr: () => parseCidr("10.0.1.0/28"),
};

function refusedByEc2(failure: FailureReason, code: string): Refusal {
  return { reason: "ec2Refused", failure, code, subnetId: INSTANCE.subnet, retryAtMs: 118_500 };
}

const CASES: readonly { readonly refusal: Refusal; readonly says: string }[] = [
  { refusal: { reason: "notReady" }, says: "the agent has not seen this node's ENIs yet" },
  {
    refusal: { reason: "nodeFull", addresses: 27, enis: 3 },
    says: "node full: 27 of 27 addresses of this m5.large are in use on 3 of 3 ENIs",
  },
  {
    refusal: { reason: "maxPods", maxPods: 29 },
    says: "as many addresses as the node's max pods (29)",
  },
  {
    refusal: { reason: "cooling", addresses: 4, freeAtMs: 13_200 },
    says: "4 freed addresses are cooling; the first is free again in 13 s",
  },
  { refusal: { reason: "growing", step: "createEni" }, says: "waiting for an ENI to attach" },
  {
    refusal: { reason: "growing", step: "assignBlocks" },
    says: "waiting for EC2 to assign addresses",
  },
  { refusal: { reason: "growing", step: undefined }, says: "addresses are about to be requested" },
  { refusal: { reason: "paused" }, says: "the pool does not grow now" },
  {
    refusal: { reason: "targetsMet", addresses: 10 },
    says: "all 10 addresses are in use and the targets ask for no more",
  },
  {
    refusal: refusedByEc2("subnetFull", "InsufficientFreeAddressesInSubnet"),
    says: "subnet subnet-00000001 (10.0.1.0/28) has too few free addresses (InsufficientFreeAddressesInSubnet); next attempt in 118 s. Free addresses or add a subnet.",
  },
  {
    refusal: refusedByEc2("noFreeBlock", "InsufficientCidrBlocks"),
    says: "has no free aligned /28 block",
  },
  {
    refusal: refusedByEc2("throttled", "RequestLimitExceeded"),
    says: "EC2 throttles this account's requests",
  },
  {
    refusal: refusedByEc2("unauthorized", "UnauthorizedOperation"),
    says: "the node's role may not manage ENIs",
  },
  {
    refusal: refusedByEc2("attachmentLimit", "AttachmentLimitExceeded"),
    says: "EC2 attaches no more ENIs",
  },
  {
    refusal: refusedByEc2("quota", "NetworkInterfaceLimitExceeded"),
    says: "a quota of the account",
  },
  {
    refusal: refusedByEc2("perEniLimit", "PrivateIpAddressLimitExceeded"),
    says: "EC2 counts more addresses",
  },
  { refusal: refusedByEc2("eniGone", "NotAttached"), says: "is not attached any more" },
  {
    refusal: refusedByEc2("notReady", "eniNotShown"),
    says: "does not show up in instance metadata",
  },
  {
    refusal: refusedByEc2("other", "InternalError"),
    says: "EC2 did not give more addresses (InternalError)",
  },
];

test.each(CASES)("$refusal.reason: $says", ({ refusal, says }) => {
  const text = refusalText(refusal, CONTEXT);
  expect(text).toContain(says);
  expect(text).toMatch(/^failed to assign an IP address to container: /);
  expect(text).not.toContain("SUBNET");
});

test("a subnet that is not known is called that", () => {
  const refusal: Refusal = {
    reason: "ec2Refused",
    failure: "subnetFull",
    code: "C",
    subnetId: undefined,
    retryAtMs: 0,
  };
  expect(refusalText(refusal, CONTEXT)).toContain(
    ": the subnet has too few free addresses (C); next attempt in 1 s",
  );
  const unknown: Refusal = { ...refusal, subnetId: INSTANCE.subnet };
  expect(refusalText(unknown, { ...CONTEXT, subnetCidr: () => undefined })).toContain(
    "subnet subnet-00000001 has",
  );
});

test("an event has the same words for the same cause, whenever it is told", () => {
  const { instanceType, subnetCidr } = CONTEXT;
  const context = { instanceType, subnetCidr, obstacle: "the node is cordoned" };
  const full = refusedByEc2("subnetFull", "InsufficientFreeAddressesInSubnet");
  expect(refusalNews(full, context)).toEqual({
    severity: "Warning",
    reason: "FailedToAssignIPAddress",
    message:
      "No address: subnet subnet-00000001 (10.0.1.0/28) has too few free addresses (InsufficientFreeAddressesInSubnet). Free addresses or add a subnet.",
  });
  const cooling: Refusal = { reason: "cooling", addresses: 4, freeAtMs: 13_200 };
  expect(refusalNews(cooling, context)?.message).toContain(
    "the only free addresses are cooling after their last pods. A shorter",
  );
  expect(refusalNews({ reason: "paused" }, context)?.message).toContain("the node is cordoned");
});

test.each<Refusal>([{ reason: "growing", step: "createEni" }, { reason: "notReady" }])(
  "$reason is no news",
  (refusal) => {
    expect(refusalNews(refusal, CONTEXT)).toBeUndefined();
  },
);
