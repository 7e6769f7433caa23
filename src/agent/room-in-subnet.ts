import { ADDRESSES_PER_PREFIX } from "../facts/index.ts";
import type { SubnetId } from "../facts/index.ts";
import type { AllocationUnit } from "./ec2.ts";
import { AMBIGUOUS_CODE, Ec2Error } from "./ec2-error.ts";
import { errorFacts } from "./log.ts";
import type { Node } from "./node.ts";

/** How many addresses of a subnet EC2 counts as free; undefined if it does not say. Does not fail. */
export async function freeAddresses(
  { ec2, log }: Pick<Node, "ec2" | "log">,
  subnet: SubnetId,
): Promise<number | undefined> {
  try {
    const [found] = await ec2.subnets({ ids: [subnet] });
    return found?.freeAddresses;
  } catch (error) {
    log.debug({ subnet, ...errorFacts(error) }, "EC2 does not say how full a subnet is");
    return undefined;
  }
}

/**
 * What EC2 refused a new ENI for, where its code leaves it open: the subnet's lack of addresses if it has fewer than the
 * ENI needs. Any other error stays what it is.
 */
export async function withReason(
  node: Pick<Node, "ec2" | "log">,
  error: unknown,
  wanted: { readonly subnet: SubnetId; readonly unit: AllocationUnit; readonly count: number },
): Promise<unknown> {
  if (!(error instanceof Ec2Error) || error.ec2Code !== AMBIGUOUS_CODE) return error;
  const free = await freeAddresses(node, wanted.subnet);
  const size = wanted.unit === "prefix" ? ADDRESSES_PER_PREFIX : 1;
  if (free === undefined || free > wanted.count * size) return error;
  const { operation, ec2Code } = error;
  const text = `${free} addresses of ${wanted.subnet} are free`;
  return new Ec2Error(operation, { reason: "subnetFull", ec2Code, text, cause: error });
}
