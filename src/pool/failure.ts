/**
 * Why a step failed, as far as it matters for what to do next:
 * - `subnetFull`: the subnet has too few free addresses
 * - `noFreeBlock`: the subnet has no free aligned /28 (it may have single addresses)
 * - `perEniLimit`: EC2 counts more blocks on the ENI than the pool does
 * - `attachmentLimit`: EC2 counts more ENIs on the instance than the pool does
 * - `quota`: a quota of the account or the Region
 * - `throttled`: the request rate limit
 * - `unauthorized`: the node's role may not do it
 * - `eniGone`: the ENI does not exist, or is not attached to this node any more
 * - `notReady`: the ENI is attached, but metadata or the kernel did not show it in time
 * - `other`: anything else, connection errors included
 */
export type FailureReason =
  | "subnetFull"
  | "noFreeBlock"
  | "perEniLimit"
  | "attachmentLimit"
  | "quota"
  | "throttled"
  | "unauthorized"
  | "eniGone"
  | "notReady"
  | "other";

const REASONS: ReadonlyMap<string, FailureReason> = new Map([
  ["InsufficientFreeAddressesInSubnet", "subnetFull"],
  ["InsufficientCidrBlocks", "noFreeBlock"],
  ["PrivateIpAddressLimitExceeded", "perEniLimit"],
  ["AttachmentLimitExceeded", "attachmentLimit"],
  ["NetworkInterfaceLimitExceeded", "quota"],
  ["RequestLimitExceeded", "throttled"],
  ["Throttling", "throttled"],
  ["ThrottlingException", "throttled"],
  ["RequestThrottled", "throttled"],
  ["RequestThrottledException", "throttled"],
  ["TooManyRequestsException", "throttled"],
  ["SlowDown", "throttled"],
  ["EC2ThrottledException", "throttled"],
  ["BandwidthLimitExceeded", "throttled"],
  ["UnauthorizedOperation", "unauthorized"],
  ["AuthFailure", "unauthorized"],
  ["InvalidNetworkInterfaceID.NotFound", "eniGone"],
  ["InvalidNetworkInterface.NotFound", "eniGone"],
  ["InvalidAttachmentID.NotFound", "eniGone"],
]);

/** The reason behind an error code of the EC2 API (error codes of the EC2 API reference; the SDKs' list of throttling codes). */
export function failureReason(ec2Code: string): FailureReason {
  return REASONS.get(ec2Code) ?? "other";
}
