import { formatCidr, formatCidr6, formatIpv4, formatIpv6 } from "../../net/index.ts";
import type { Region } from "../../vpc/index.ts";
import { privateDnsName } from "../ec2/index.ts";
import type { PlacedEni } from "./shown-interfaces.ts";
import type { MetadataTree } from "./tree.ts";

/** The directory of one interface, `network/interfaces/macs/<mac>/` (EC2 user guide, "Instance metadata categories"). */
export function interfaceTree(eni: PlacedEni, region: Region): MetadataTree {
  const { attachment } = eni;
  const [primary] = eni.addresses;
  return {
    "device-number": String(attachment.deviceIndex),
    "interface-id": eni.id,
    get "ipv4-prefix"() {
      return eni.prefixes.map(formatCidr);
    },
    "ipv6-prefix": eni.ipv6Prefixes.map(formatCidr6),
    ipv6s: eni.ipv6Addresses.map(formatIpv6),
    "local-hostname":
      primary === undefined ? undefined : privateDnsName(primary, region.settings.name),
    get "local-ipv4s"() {
      return eni.addresses.map(formatIpv4);
    },
    mac: eni.mac,
    "network-card": String(attachment.networkCardIndex),
    "owner-id": region.settings.accountId,
    "security-group-ids": eni.groupIds,
    "security-groups": groupNames(eni, region),
    ...subnetTree(eni, region),
    ...vpcTree(eni, region),
  };
}

/** The names of an ENI's security groups. */
export function groupNames(eni: PlacedEni, { records }: Region): readonly string[] {
  return eni.groupIds.flatMap((id) => records.groups.get(id)?.name ?? []);
}

function subnetTree(eni: PlacedEni, { records }: Region): MetadataTree {
  const subnet = records.subnets.get(eni.subnetId);
  const ipv6 = subnet?.ipv6;
  return {
    "subnet-id": eni.subnetId,
    "subnet-ipv4-cidr-block":
      subnet === undefined || eni.addresses.length === 0 ? undefined : formatCidr(subnet.cidr),
    "subnet-ipv6-cidr-blocks": ipv6 === undefined ? undefined : formatCidr6(ipv6.cidr),
  };
}

function vpcTree(eni: PlacedEni, { records }: Region): MetadataTree {
  const vpc = records.vpcs.get(eni.vpcId);
  const cidrs = vpc?.cidrs.filter(({ state }) => state === "associated") ?? [];
  const ipv6Cidrs = vpc?.ipv6Cidrs.filter(({ state }) => state === "associated") ?? [];
  return {
    "vpc-id": eni.vpcId,
    "vpc-ipv4-cidr-block": cidrs.slice(0, 1).map(({ cidr }) => formatCidr(cidr)),
    "vpc-ipv4-cidr-blocks": cidrs.map(({ cidr }) => formatCidr(cidr)),
    "vpc-ipv6-cidr-blocks": ipv6Cidrs.map(({ cidr }) => formatCidr6(cidr)),
  };
}
