import { formatCidr, formatCidr6 } from "../../../net/index.ts";
import type { CidrReservation, Subnet } from "../../../vpc/index.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { tagItems } from "./tag.ts";

/** A subnet of DescribeSubnets and CreateSubnet. */
export function subnetXml(subnet: Subnet, { region }: World): XmlStruct {
  const { ipv6 } = subnet;
  return {
    subnetId: subnet.id,
    subnetArn: `arn:aws:ec2:${region.settings.name}:${region.settings.accountId}:subnet/${subnet.id}`,
    state: subnet.state,
    ownerId: region.settings.accountId,
    vpcId: subnet.vpcId,
    cidrBlock: formatCidr(subnet.cidr),
    ipv6CidrBlockAssociationSet:
      ipv6 === undefined
        ? []
        : [
            {
              associationId: ipv6.associationId,
              ipv6CidrBlock: formatCidr6(ipv6.cidr),
              ipv6CidrBlockState: { state: "associated" },
            },
          ],
    ipv6Native: false,
    availableIpAddressCount: region.subnets.availableCount(subnet.id),
    availabilityZone: subnet.zone.name,
    availabilityZoneId: subnet.zone.id,
    defaultForAz: false,
    mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    mapCustomerOwnedIpOnLaunch: false,
    assignIpv6AddressOnCreation: subnet.assignIpv6OnCreation,
    enableDns64: false,
    privateDnsNameOptionsOnLaunch: {
      hostnameType: "ip-name",
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    tagSet: tagItems(region.tags.of(subnet.id)),
  };
}

/** A reservation of part of a subnet. */
export function cidrReservationXml(reservation: CidrReservation, { region }: World): XmlStruct {
  return {
    subnetCidrReservationId: reservation.id,
    subnetId: reservation.subnetId,
    cidr: formatCidr(reservation.cidr),
    reservationType: reservation.type,
    ownerId: region.settings.accountId,
    description: reservation.description,
    tagSet: tagItems(region.tags.of(reservation.id)),
  };
}
