import type { Outcome } from "../../vpc/index.ts";
import { Ec2Fault } from "./fault.ts";

/** The value of an operation. Throws its failure as an `Ec2Fault`. */
export function need<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Ec2Fault(outcome.error.code, outcome.error.message);
}
