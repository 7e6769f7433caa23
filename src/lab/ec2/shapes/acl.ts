import { formatCidr } from "../../../net/index.ts";
import type { AclEntry, NetworkAcl } from "../../../vpc/index.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { tagItems } from "./tag.ts";

/** A network ACL. */
export function aclXml(acl: NetworkAcl, { region }: World): XmlStruct {
  const subnets = region.records.subnets.list().filter((subnet) => subnet.acl.id === acl.id);
  return {
    networkAclId: acl.id,
    vpcId: acl.vpcId,
    ownerId: region.settings.accountId,
    default: acl.isDefault,
    entrySet: acl.entries.map(entryXml),
    associationSet: subnets.map((subnet) => ({
      networkAclAssociationId: subnet.acl.associationId,
      networkAclId: acl.id,
      subnetId: subnet.id,
    })),
    tagSet: tagItems(region.tags.of(acl.id)),
  };
}

function entryXml(entry: AclEntry): XmlStruct {
  const { ports, icmp } = entry;
  return {
    ruleNumber: entry.number,
    protocol: entry.protocol,
    ruleAction: entry.action,
    egress: entry.direction === "egress",
    cidrBlock: formatCidr(entry.cidr),
    icmpTypeCode: icmp === undefined ? undefined : { code: icmp.code, type: icmp.type },
    portRange: ports === undefined ? undefined : { from: ports.from, to: ports.to },
  };
}
