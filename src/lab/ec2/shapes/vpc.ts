import { formatCidr, formatCidr6 } from "../../../net/index.ts";
import type { Vpc } from "../../../vpc/index.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { tagItems } from "./tag.ts";

/** A VPC of DescribeVpcs and CreateVpc. */
export function vpcXml(vpc: Vpc, { region }: World): XmlStruct {
  const [primary] = vpc.cidrs;
  return {
    vpcId: vpc.id,
    ownerId: region.settings.accountId,
    state: vpc.state,
    cidrBlock: primary === undefined ? undefined : formatCidr(primary.cidr),
    cidrBlockAssociationSet: vpc.cidrs.map(({ associationId, cidr, state }) => ({
      associationId,
      cidrBlock: formatCidr(cidr),
      cidrBlockState: { state },
    })),
    ipv6CidrBlockAssociationSet: vpc.ipv6Cidrs.map(({ associationId, cidr, state }) => ({
      associationId,
      ipv6CidrBlock: formatCidr6(cidr),
      ipv6CidrBlockState: { state },
      networkBorderGroup: region.settings.name,
      ipv6Pool: "Amazon",
    })),
    dhcpOptionsId: vpc.dhcpOptionsId,
    instanceTenancy: vpc.instanceTenancy,
    isDefault: vpc.isDefault,
    tagSet: tagItems(region.tags.of(vpc.id)),
  };
}
