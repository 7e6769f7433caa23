import { invariant } from "../../base/index.ts";
import type { Random } from "../../base/index.ts";
import { ADDRESSES_PER_PREFIX } from "../../facts/index.ts";
import { addIpv4, toIpv4 } from "../../net/index.ts";
import type { Cidr, Ipv4 } from "../../net/index.ts";
import type { Time } from "../../time/index.ts";
import type { Ec2, Ec2Eni } from "../ec2.ts";
import { LIMITS, must } from "../tiny-instance.ts";
import { refusal } from "../tiny-refusal.ts";
import type { TinyWorld } from "../tiny-world.ts";

/** For the tests of this room: what goes wrong, in percent of EC2's calls, and how late its answers are. */
export interface Faults {
  readonly throttledPercent: number;
  readonly failedPercent: number;
  /** The call does what it should, and its answer is lost. */
  readonly lostPercent: number;
  readonly latencyMaxMs: number;
}

/** Nothing goes wrong. */
export const NO_FAULTS: Faults = {
  throttledPercent: 0,
  failedPercent: 0,
  lostPercent: 0,
  latencyMaxMs: 50,
};

/** The world's EC2 with /28 prefixes, late, throttled and failing as `random` has it; `faults` is asked at every call. */
export function faultyEc2(
  world: TinyWorld,
  given: { readonly random: Random; readonly time: Time; readonly faults: () => Faults },
): Ec2 {
  const { random, time, faults } = given;
  const plain = { ...world.ec2, ...withPrefixes(world) };

  async function disturbed<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const { throttledPercent, failedPercent, lostPercent, latencyMaxMs } = faults();
    await time.sleep(random.below(latencyMaxMs + 1), { holds: true });
    if (random.chance(throttledPercent, 100)) throw refusal(operation, "RequestLimitExceeded");
    if (random.chance(failedPercent, 100)) throw refusal(operation, "InternalError");
    const answer = await work();
    if (random.chance(lostPercent, 100)) throw refusal(operation, "InternalError");
    return answer;
  }

  return new Proxy(plain, {
    get: (target, name: keyof Ec2) => {
      const methods = target as unknown as Record<string, (given: unknown) => Promise<unknown>>;
      return (given: unknown) => disturbed(name, () => must(methods[name])(given));
    },
  });
}

/** Slots of an ENI that are in use. */
export function slotsOf({ secondaryIpv4s, prefixes }: Ec2Eni): number {
  return secondaryIpv4s.length + prefixes.length;
}

/** The addresses of a /28. */
export function addressesOf({ base }: Cidr): Ipv4[] {
  return Array.from({ length: ADDRESSES_PER_PREFIX }, (_, index) => addIpv4(base, index));
}

/** What the world's own EC2 does with single addresses only, and the limit of ENIs, which it does not know. */
function withPrefixes(
  world: TinyWorld,
): Pick<Ec2, "createEni" | "attachEni" | "assign" | "unassign" | "deleteEni"> {
  const { ec2 } = world;
  const find = (id: string): (typeof world.enis)[number] | undefined =>
    world.enis.find((eni) => eni.id === id);

  return {
    async createEni(wanted) {
      if (wanted.unit === "address") return ec2.createEni(wanted);
      const prefixes = takePrefixes(world, "createEni", wanted.count);
      const id = await ec2.createEni({ ...wanted, unit: "address", count: 0 });
      must(find(id)).prefixes = prefixes;
      return id;
    },
    async attachEni(wanted) {
      const attached = world.enis.filter(({ attachment }) => attachment !== undefined);
      if (attached.length >= LIMITS.enis) throw refusal("attachEni", "AttachmentLimitExceeded");
      return ec2.attachEni(wanted);
    },
    async assign(wanted) {
      const eni = find(wanted.eni);
      if (eni === undefined) throw refusal("assign", "InvalidNetworkInterfaceID.NotFound");
      if (slotsOf(eni) + wanted.count >= LIMITS.ipv4PerEni)
        throw refusal("assign", "PrivateIpAddressLimitExceeded");
      if (wanted.unit === "address") return ec2.assign(wanted);
      const prefixes = takePrefixes(world, "assign", wanted.count);
      eni.prefixes = [...eni.prefixes, ...prefixes];
      return { ipv4s: [], prefixes };
    },
    async unassign(given) {
      const eni = find(given.eni);
      if (eni === undefined) throw refusal("unassign", "InvalidNetworkInterfaceID.NotFound");
      const gone = new Set(given.prefixes.map(({ base }) => base));
      const kept = eni.prefixes.filter(({ base }) => !gone.has(base));
      const singles = given.ipv4s.filter((ip) => eni.secondaryIpv4s.includes(ip));
      world.free.push(...eni.prefixes.filter(({ base }) => gone.has(base)).flatMap(addressesOf));
      eni.prefixes = kept;
      await ec2.unassign({ ...given, ipv4s: singles });
    },
    async deleteEni(id) {
      const prefixes = find(id)?.prefixes ?? [];
      await ec2.deleteEni(id);
      world.free.push(...prefixes.flatMap(addressesOf));
    },
  };
}

function takePrefixes(world: TinyWorld, operation: string, count: number): Cidr[] {
  const free = new Set<number>(world.free);
  const bases = [...free].filter(
    (base) =>
      base % ADDRESSES_PER_PREFIX === 0 &&
      Array.from({ length: ADDRESSES_PER_PREFIX }, (_, index) => base + index).every((ip) =>
        free.has(ip),
      ),
  );
  const taken = bases.toSorted((a, b) => a - b).slice(0, count);
  if (taken.length < count) throw refusal(operation, "InsufficientCidrBlocks");
  const blocks = taken.map((base) => ({ base: toIpv4(base), bits: 28 }));
  const gone = new Set<number>(blocks.flatMap(addressesOf));
  world.free = world.free.filter((ip) => !gone.has(ip));
  invariant(blocks.length === count, "as many blocks as asked for");
  return blocks;
}
