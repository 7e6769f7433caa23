import { invariant } from "../base/index.ts";
import { type EniId, parseEniId, parseSubnetId, type SubnetId } from "../facts/index.ts";
import { type Cidr, parseCidr, parseIpv4 } from "../net/index.ts";
import type { AttachedEni } from "./attached-eni.ts";

/** For the tests of this room: an ENI id by number. */
export function eniId(n: number): EniId {
  const id = parseEniId(`eni-${String(n).padStart(8, "0")}`);
  invariant(id !== undefined, "well formed");
  return id;
}

/** A subnet id by number. */
export function subnetId(n: number): SubnetId {
  const id = parseSubnetId(`subnet-${String(n).padStart(8, "0")}`);
  invariant(id !== undefined, "well formed");
  return id;
}

/** A block from its text. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  invariant(parsed !== undefined, `a block: ${text}`);
  return parsed;
}

/** ENI number n (1 is the primary) with so many single addresses, 10.0.n.10 and up, and what is given. */
export function attachedEni(
  n: number,
  addresses: number,
  given: Partial<AttachedEni> = {},
): AttachedEni {
  const primary = parseIpv4(`10.0.${String(n)}.4`);
  invariant(primary !== undefined, "well formed");
  return {
    id: eniId(n),
    deviceIndex: n - 1,
    role: n === 1 ? "primary" : "secondary",
    service: "pods",
    subnetId: subnetId(0),
    primaryAddress: primary,
    blocks: Array.from({ length: addresses }, (_, index) =>
      cidr(`10.0.${String(n)}.${String(10 + index)}/32`),
    ),
    ...given,
  };
}
