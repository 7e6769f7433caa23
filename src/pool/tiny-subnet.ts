import { invariant } from "../base/index.ts";
import { parseSubnetId, type SubnetId } from "../facts/index.ts";
import { type Cidr, cidrContains, cidrOf, parseIpv4, toIpv4 } from "../net/index.ts";
import type { BlockUnit } from "./settings.ts";
import type { StepFailure } from "./step.ts";
import { failure } from "./tiny-failure.ts";

/** For the tests of this room: a subnet, and which of its addresses are taken. */
export interface TinySubnet {
  readonly id: SubnetId;
  readonly cidr: Cidr;
  readonly taken: Set<number>;
}

/** The subnet of that index, empty. */
export function newSubnet(index: number, bits: number): TinySubnet {
  const base = parseIpv4(`10.${String(index)}.0.0`);
  const id = parseSubnetId(`subnet-${String(index).padStart(8, "0")}`);
  invariant(base !== undefined && id !== undefined, "a tiny subnet is well formed");
  return { id, cidr: cidrOf(base, bits), taken: new Set() };
}

/** Takes the lowest free blocks: all or nothing, as EC2 does. */
export function take(
  { id, cidr, taken }: TinySubnet,
  unit: BlockUnit,
  count: number,
): Cidr[] | StepFailure {
  const bits = unit === "address" ? 32 : 28;
  const size = 2 ** (32 - bits);
  const found: Cidr[] = [];
  for (let base: number = cidr.base; found.length < count; base += size) {
    if (!cidrContains(cidr, toIpv4(base))) return noRoom({ id, cidr, taken }, { unit, count });
    const addresses = Array.from({ length: size }, (_, n) => base + n);
    if (addresses.every((ip) => !taken.has(ip))) found.push(cidrOf(toIpv4(base), bits));
  }
  for (const block of found) for (let n = 0; n < size; n++) taken.add(block.base + n);
  return found;
}

// Fewer free addresses than 16 for each prefix have a code of their own, which is used for much else too.
function noRoom(
  { id, cidr, taken }: TinySubnet,
  { unit, count }: { readonly unit: BlockUnit; readonly count: number },
): StepFailure {
  if (unit === "address") return failure("subnetFull", id);
  const free = 2 ** (32 - cidr.bits) - taken.size;
  if (free >= count * 16) return failure("noFreeBlock", id);
  return { ...failure("subnetFull", id), code: "InvalidParameterValue" };
}
