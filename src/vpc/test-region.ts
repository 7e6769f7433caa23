import { invariant, newRandom } from "../base/index.ts";
import type { InstanceId, SubnetId, VpcId } from "../facts/index.ts";
import { type Cidr, type Ipv4, parseCidr, parseIpv4 } from "../net/index.ts";
import type { CreateEni, Eni } from "./eni.ts";
import type { Outcome } from "./failure.ts";
import type { LaunchEni } from "./instance.ts";
import { Region } from "./region.ts";
import { INSTANT_TIMING, type RegionSettings, regionSettings } from "./settings.ts";

/** A region in us-west-2 with zones a and b where nothing takes time. For tests of this room. */
export function testRegion(settings: Partial<RegionSettings> = {}, seed = 1): Region {
  const zones = [
    { name: "us-west-2a", id: "usw2-az1" },
    { name: "us-west-2b", id: "usw2-az2" },
  ];
  const all = regionSettings({ name: "us-west-2", zones, timing: INSTANT_TIMING, ...settings });
  return new Region(all, { random: newRandom(seed), nowMs: 1_000_000 });
}

/** A region with one VPC, 10.0.0.0/16, and one subnet of it in the first zone. */
export function regionWithSubnet(
  cidr = "10.0.1.0/24",
  region: Region = testRegion(),
): { readonly region: Region; readonly vpcId: VpcId; readonly subnetId: SubnetId } {
  const vpc = must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
  const subnet = must(region.subnets.create({ vpcId: vpc.id, cidr: block(cidr) }));
  return { region, vpcId: vpc.id, subnetId: subnet.id };
}

/** Starts one instance with its primary ENI in the subnet, and waits until it runs. */
export function startInstance(
  region: Region,
  { subnetId, instanceType = "m5.large", ...eni }: LaunchOf,
): InstanceId {
  const enis: readonly LaunchEni[] = [{ deviceIndex: 0, subnetId, ...eni }];
  const { instances } = must(region.instances.run({ instanceType, imageId: "ami-0", enis }));
  settle(region);
  const [instance] = instances;
  invariant(instance !== undefined, "no instance was started");
  return instance.id;
}

interface LaunchOf extends Omit<CreateEni, "tags"> {
  readonly instanceType?: string;
}

/** Makes an ENI, attaches it and waits until it is attached. */
export function attachNew(
  region: Region,
  { instanceId, deviceIndex, ...eni }: CreateEni & { instanceId: InstanceId; deviceIndex: number },
): Eni {
  const { id } = must(region.enis.create(eni));
  must(region.attachments.attach({ eniId: id, instanceId, deviceIndex }));
  settle(region);
  return must(region.records.enis.find(id));
}

/** Lets everything that is pending happen, but forgets nothing. */
export function settle(region: Region): void {
  region.advance(region.nowMs + 60_000);
}

/** The value of a success; throws on a failure. */
export function must<T>(outcome: Outcome<T>): T {
  invariant(outcome.ok, `refused: ${codeOf(outcome)}`);
  return outcome.value;
}

/** The failure's code, or `ok`. */
export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? "ok" : outcome.error.code;
}

/** The failure's message. */
export function messageOf(outcome: Outcome<unknown>): string {
  invariant(!outcome.ok, "it was not refused");
  return outcome.error.message;
}

/** Parses a block that is well-formed. */
export function block(text: string): Cidr {
  const cidr = parseCidr(text);
  invariant(cidr !== undefined, `not a block: ${text}`);
  return cidr;
}

/** Parses an address that is well-formed. */
export function address(text: string): Ipv4 {
  const ip = parseIpv4(text);
  invariant(ip !== undefined, `not an address: ${text}`);
  return ip;
}
