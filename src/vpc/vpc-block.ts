import { SUBNET_MAX_BITS, SUBNET_MIN_BITS } from "../facts/index.ts";
import { type Cidr, cidrCovers, cidrsOverlap, formatCidr, parseCidr } from "../net/index.ts";
import { invariant } from "../base/index.ts";
import { DONE, type Outcome, refuse } from "./failure.ts";

/** Blocks that no VPC can have. */
const NEVER = blocks("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3");

const TEN = block("10.0.0.0/8");
const PRIVATE_172 = block("172.16.0.0/12");
const PRIVATE_192 = block("192.168.0.0/16");
const BENCHMARK = block("198.19.0.0/16");
const EXCLUSIVE = [TEN, PRIVATE_172, PRIVATE_192, BENCHMARK];

/** What a VPC may not add when it has a block in `has` (VPC user guide, "IPv4 CIDR block association restrictions"). */
const ALSO_REFUSED = [
  { has: block("10.0.0.0/15"), refuses: block("10.0.0.0/16") },
  { has: PRIVATE_172, refuses: block("172.31.0.0/16") },
];

/** Whether a block has a size that VPCs and subnets can have: /16 to /28. */
export function hasVpcSize({ bits }: Cidr): boolean {
  return bits >= SUBNET_MIN_BITS && bits <= SUBNET_MAX_BITS;
}

/** Whether a VPC can be made with the block. Failure: `InvalidVpc.Range`. */
export function checkPrimaryBlock(cidr: Cidr): Outcome<undefined> {
  const refused = !hasVpcSize(cidr) || NEVER.some((never) => cidrsOverlap(never, cidr));
  return refused ? badRange(cidr) : DONE;
}

/** Whether a VPC with those blocks and route destinations can add the block. Failure: `InvalidVpc.Range`. */
export function checkFurtherBlock(
  cidr: Cidr,
  { present, destinations }: { present: readonly Cidr[]; destinations: readonly Cidr[] },
): Outcome<undefined> {
  const refused =
    present.some((other) => cidrsOverlap(other, cidr) || excludes(other, cidr)) ||
    destinations.some((destination) => cidrCovers(cidr, destination));
  return refused ? badRange(cidr) : checkPrimaryBlock(cidr);
}

function excludes(present: Cidr, added: Cidr): boolean {
  const exclusive = EXCLUSIVE.some(
    (range) => cidrCovers(range, added) && !cidrCovers(range, present),
  );
  return (
    exclusive ||
    ALSO_REFUSED.some(
      ({ has, refuses }) => cidrCovers(has, present) && cidrsOverlap(refuses, added),
    )
  );
}

function badRange(cidr: Cidr): Outcome<never> {
  return refuse("InvalidVpc.Range", `The CIDR '${formatCidr(cidr)}' is invalid.`);
}

function blocks(...texts: string[]): readonly Cidr[] {
  return texts.map(block);
}

function block(text: string): Cidr {
  const cidr = parseCidr(text);
  invariant(cidr !== undefined, `not a block: ${text}`);
  return cidr;
}
