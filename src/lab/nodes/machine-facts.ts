import { invariant } from "../../base/index.ts";
import { type InstanceId, type InstanceType, maxPods } from "../../facts/index.ts";
import { addIpv4, type Ipv4, type Ipv6 } from "../../net/index.ts";
import type { Instance, Region } from "../../vpc/index.ts";
import { privateDnsName } from "../ec2/index.ts";
import { type NodeSettings, readUserData } from "./user-data.ts";

/** What is known of an instance that is a node, from the region alone; it stays as it is until the instance ends. */
export interface MachineFacts {
  readonly instanceId: InstanceId;
  /** In `berth lab`, in paths and names of namespaces: the tag `Name`, or the instance's id. */
  readonly name: string;
  /** In Kubernetes: the private DNS name. */
  readonly nodeName: string;
  readonly type: InstanceType;
  readonly zone: string;
  readonly region: string;
  /** The subnet's tag `Name`, or its id. */
  readonly subnet: string;
  readonly address: Ipv4;
  readonly subnetBits: number;
  /** The router's address in the subnet. */
  readonly gateway: Ipv4;
  /** Undefined in a subnet without IPv6. */
  readonly ipv6Address: Ipv6 | undefined;
  readonly maxPods: number;
  readonly settings: NodeSettings;
}

/** What the lab's own namespaces are called, beside those of nodes. */
export const OWN_ROLE: RegExp = /^(router|internet|nat(-\d+)?)$/;

const LABEL = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Collects the facts; `taken` are the names that other machines have. */
export function machineFacts(
  instance: Instance,
  { region, taken }: { readonly region: Region; readonly taken: ReadonlySet<string> },
): MachineFacts {
  const { id, type, subnetId, details, zone } = instance;
  const [primary] = region.instances.enisOf(id);
  const address = primary?.addresses[0];
  const subnet = region.records.subnets.get(subnetId);
  invariant(address !== undefined && subnet !== undefined, "a new instance is in a subnet");
  const tag = nameTag(region, id);
  const usable = LABEL.test(tag) && !OWN_ROLE.test(tag) && !taken.has(tag);
  const settings = readUserData(details.userData);
  const mode = { prefixDelegation: false, customNetworking: false, podEni: false };
  return {
    instanceId: id,
    name: usable ? tag : id,
    nodeName: nodeNameOf(region, id),
    type,
    zone: zone.name,
    region: region.settings.name,
    subnet: nameTag(region, subnetId) || subnetId,
    address,
    subnetBits: subnet.cidr.bits,
    gateway: addIpv4(subnet.cidr.base, 1),
    ipv6Address: primary?.ipv6Addresses[0],
    maxPods: settings.maxPods ?? maxPods(type, mode).recommended,
    settings,
  };
}

/** What Kubernetes calls an instance's node. */
export function nodeNameOf(region: Region, id: InstanceId): string {
  const address = region.instances.enisOf(id)[0]?.addresses[0];
  invariant(address !== undefined, "an instance that runs has a primary address");
  return privateDnsName(address, region.settings.name);
}

/** The tag `Name`, or nothing. */
export function nameTag(region: Region, resourceId: string): string {
  return region.tags.of(resourceId).get("Name") ?? "";
}
