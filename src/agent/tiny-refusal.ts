import { failureReason } from "../pool/index.ts";
import { Ec2Error } from "./ec2-error.ts";

/** For the tests of this room: EC2's refusal of an operation. */
export function refusal(operation: string, ec2Code: string): Ec2Error {
  return new Ec2Error(operation, {
    reason: failureReason(ec2Code),
    ec2Code,
    text: "refused by the test",
    cause: undefined,
  });
}
