import { formatCidr, formatCidr6, formatIpv4, formatIpv6 } from "../../../net/index.ts";
import { type Attachment, type Eni, eniStatus } from "../../../vpc/index.ts";
import { privateDnsName } from "../dns-name.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { groupItems } from "./group.ts";
import { tagItems } from "./tag.ts";
import { timestamp } from "./time.ts";

/** A network interface in the replies of CreateNetworkInterface and DescribeNetworkInterfaces. */
export function eniXml(eni: Eni, world: World): XmlStruct {
  const { attachment } = eni;
  return {
    networkInterfaceId: eni.id,
    subnetId: eni.subnetId,
    vpcId: eni.vpcId,
    availabilityZone: eni.zone.name,
    availabilityZoneId: eni.zone.id,
    description: eni.description,
    ownerId: world.region.settings.accountId,
    requesterManaged: eni.requesterManaged,
    status: eniStatus(eni),
    ...linkXml(eni, world),
    attachment: attachment === undefined ? undefined : eniAttachmentXml(attachment, world),
    tagSet: tagItems(world.region.tags.of(eni.id)),
    connectionTrackingConfiguration: trackingXml(eni),
  };
}

/** A network interface inside an instance of DescribeInstances: no tags, and the attachment doesn't repeat the instance. */
export function instanceEniXml(eni: Eni, attachment: Attachment, world: World): XmlStruct {
  return {
    networkInterfaceId: eni.id,
    subnetId: eni.subnetId,
    vpcId: eni.vpcId,
    description: eni.description,
    ownerId: world.region.settings.accountId,
    status: eniStatus(eni),
    ...linkXml(eni, world),
    attachment: attachmentXml(attachment),
  };
}

function linkXml(eni: Eni, { region }: World): XmlStruct {
  const [primary] = eni.addresses;
  const [ipv6] = eni.ipv6Addresses;
  return {
    macAddress: eni.mac,
    privateIpAddress: primary === undefined ? undefined : formatIpv4(primary),
    privateDnsName:
      primary === undefined ? undefined : privateDnsName(primary, region.settings.name),
    sourceDestCheck: eni.sourceDestCheck,
    interfaceType: eni.interfaceType,
    groupSet: groupItems(eni.groupIds, region),
    privateIpAddressesSet: eni.addresses.map((ip, index) => ({
      privateIpAddress: formatIpv4(ip),
      privateDnsName: privateDnsName(ip, region.settings.name),
      primary: index === 0,
    })),
    ipv4PrefixSet: eni.prefixes.map((prefix) => ({ ipv4Prefix: formatCidr(prefix) })),
    ipv6Address: ipv6 === undefined ? undefined : formatIpv6(ipv6),
    ipv6AddressesSet: eni.ipv6Addresses.map((ip) => ({
      ipv6Address: formatIpv6(ip),
      isPrimaryIpv6: false,
    })),
    ipv6PrefixSet: eni.ipv6Prefixes.map((prefix) => ({ ipv6Prefix: formatCidr6(prefix) })),
  };
}

function eniAttachmentXml(attachment: Attachment, { region }: World): XmlStruct {
  const { instanceId } = attachment;
  return { ...attachmentXml(attachment), instanceId, instanceOwnerId: region.settings.accountId };
}

function attachmentXml(attachment: Attachment): XmlStruct {
  return {
    attachmentId: attachment.id,
    deviceIndex: attachment.deviceIndex,
    networkCardIndex: attachment.networkCardIndex,
    status: attachment.status,
    attachTime: timestamp(attachment.attachedAtMs),
    deleteOnTermination: attachment.deleteOnTermination,
  };
}

function trackingXml({ connectionTracking: tracking }: Eni): XmlStruct | undefined {
  if (tracking === undefined) return undefined;
  return {
    tcpEstablishedTimeout: tracking.tcpEstablishedTimeoutS,
    udpStreamTimeout: tracking.udpStreamTimeoutS,
    udpTimeout: tracking.udpTimeoutS,
  };
}
