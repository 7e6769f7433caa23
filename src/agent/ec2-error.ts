import { BerthError } from "../base/index.ts";
import { failureReason } from "../pool/index.ts";
import type { FailureReason } from "../pool/index.ts";
import { isRecord } from "./json.ts";

/** A failure of the EC2 API, classified once. `code` of the BerthError is `ec2Failed`. */
export class Ec2Error extends BerthError {
  /** What it means for the pool. */
  readonly reason: FailureReason;
  /** EC2's name of what was asked: `AssignPrivateIpAddresses`. */
  readonly operation: string;
  /** EC2's own error code, or the name of the connection's error. */
  readonly ec2Code: string;

  constructor(
    operation: string,
    failure: { reason: FailureReason; ec2Code: string; text: string; cause: unknown },
  ) {
    const { reason, ec2Code, text, cause } = failure;
    super("ec2Failed", `EC2 refused ${operation}: ${ec2Code}: ${text}`, {
      fix: FIXES[reason],
      facts: { operation, ec2Code, reason },
      cause,
    });
    this.reason = reason;
    this.operation = operation;
    this.ec2Code = ec2Code;
  }
}

const FIXES: Readonly<Record<FailureReason, string>> = {
  subnetFull: "Free addresses in the subnet, or give the cluster another one.",
  noFreeBlock:
    "The subnet has no free aligned /28: reserve a CIDR for prefixes, or let single addresses stand in (BERTH_PREFIX_FALLBACK).",
  perEniLimit: "Nothing to do: the agent reads the ENI's addresses from EC2 again.",
  attachmentLimit:
    "Set MAX_ENI to what the instance type takes, or remove ENIs that others attached.",
  quota: "Ask AWS for a higher quota of network interfaces in this Region.",
  throttled:
    "Nothing to do: the agent tries again later. If it lasts, raise WARM_IP_TARGET so that fewer calls are made.",
  unauthorized: "Give the node's role the policy AmazonEKS_CNI_Policy or its like.",
  eniGone: "Nothing to do: the agent looks at the instance's ENIs again.",
  notReady: "Nothing to do: the agent looks at the instance's ENIs again.",
  other: "Look at the code; the agent tries again.",
};

/** What an SDK call threw, as an {@link Ec2Error}. The SDK names its errors after EC2's codes. */
export function toEc2Error(operation: string, error: unknown): Ec2Error {
  const ec2Code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  return new Ec2Error(operation, {
    reason: reasonOf(operation, ec2Code),
    ec2Code,
    text,
    cause: error,
  });
}

/**
 * EC2 has three codes for a subnet without the room asked for: `InsufficientCidrBlocks` where no /28 is whole,
 * `InsufficientFreeAddressesInSubnet`, and `InvalidParameterValue` where fewer addresses are free than the prefixes
 * asked for have (so AWS in cilium/cilium#31016). Of what is assigned here only the count can be an invalid value.
 */
function reasonOf(operation: string, ec2Code: string): FailureReason {
  const isCount = operation === "AssignPrivateIpAddresses" && ec2Code === AMBIGUOUS_CODE;
  return isCount ? "subnetFull" : failureReason(ec2Code);
}

/** May mean that a new ENI asks for more than the subnet has free, or that something else of it is not valid. */
export const AMBIGUOUS_CODE = "InvalidParameterValue";

/** An answer that EC2 never gives according to its reference. */
export function unexpectedAnswer(operation: string, text: string): Ec2Error {
  return new Ec2Error(operation, {
    reason: "other",
    ec2Code: "UnexpectedAnswer",
    text,
    cause: undefined,
  });
}

function codeOf(error: unknown): string {
  if (!isRecord(error)) return "Unknown";
  // Node's own errors (a refused connection) are named "Error" and carry the errno as their code.
  const { name, code } = error;
  if (typeof name === "string" && name !== "Error") return name;
  return typeof code === "string" ? code : "Unknown";
}
