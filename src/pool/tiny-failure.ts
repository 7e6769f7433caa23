import type { SubnetId } from "../facts/index.ts";
import type { FailureReason } from "./failure.ts";
import type { StepFailure } from "./step.ts";

/** For the tests of this room: a failure as the adapter would report it. */
export function failure(reason: FailureReason, subnetId?: SubnetId): StepFailure {
  return { kind: "failed", reason, code: CODES[reason], subnetId };
}

const CODES: Readonly<Record<FailureReason, string>> = {
  subnetFull: "InsufficientFreeAddressesInSubnet",
  noFreeBlock: "InsufficientCidrBlocks",
  perEniLimit: "PrivateIpAddressLimitExceeded",
  attachmentLimit: "AttachmentLimitExceeded",
  quota: "NetworkInterfaceLimitExceeded",
  throttled: "RequestLimitExceeded",
  unauthorized: "UnauthorizedOperation",
  eniGone: "InvalidNetworkInterfaceID.NotFound",
  notReady: "NotShown",
  other: "InternalError",
};
