import { formatCidr, formatCidr6 } from "../../../net/index.ts";
import type { VpcCidr, VpcIpv6Cidr } from "../../../vpc/index.ts";
import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { Ec2Fault, missingParameter } from "../fault.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { vpcXml } from "../shapes/vpc.ts";
import { oneOf, readTagSpecifications, toCidrLoose } from "../values.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";

const describeVpcs: Action<World> = describeAction({
  name: "DescribeVpcs",
  set: "vpcSet",
  ids: "VpcId",
  pageSize: [5, 1000],
  key: ["vpcId"],
  filters: {
    "vpc-id": "vpcId",
    cidr: "cidrBlock",
    "cidr-block-association.cidr-block": "cidrBlockAssociationSet.cidrBlock",
    "cidr-block-association.association-id": "cidrBlockAssociationSet.associationId",
    "cidr-block-association.state": "cidrBlockAssociationSet.cidrBlockState.state",
    "is-default": "isDefault",
    isDefault: "isDefault",
    state: "state",
    "owner-id": "ownerId",
    "dhcp-options-id": "dhcpOptionsId",
  },
  items: ({ world }, ids) =>
    select("vpc", { ids, from: world.region.records.vpcs }).map((vpc) => vpcXml(vpc, world)),
});

const createVpc: Action<World> = {
  name: "CreateVpc",
  kind: "change",
  required: ["CidrBlock"],
  optional: ["InstanceTenancy", "AmazonProvidedIpv6CidrBlock", "TagSpecification"],
  dryRun: true,
  run: ({ params, world }) => {
    const outcome = world.region.vpcs.create({
      cidr: toCidrLoose(params.required("CidrBlock")),
      instanceTenancy: oneOf(["default", "dedicated"], { params, name: "InstanceTenancy" }),
      ipv6: params.bool("AmazonProvidedIpv6CidrBlock") === true ? "amazonProvided" : "none",
      tags: readTagSpecifications(params, ["vpc"]).vpc,
    });
    return { vpc: vpcXml(need(outcome), world) };
  },
};

const deleteVpc: Action<World> = {
  name: "DeleteVpc",
  kind: "change",
  required: ["VpcId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    need(world.region.vpcs.delete(requiredId("vpc", { params, name: "VpcId" })));
    return DONE;
  },
};

const associateVpcCidrBlock: Action<World> = {
  name: "AssociateVpcCidrBlock",
  kind: "change",
  required: ["VpcId"],
  optional: ["CidrBlock", "AmazonProvidedIpv6CidrBlock"],
  dryRun: false,
  run: ({ params, world }) => {
    const { vpcs } = world.region;
    const vpcId = requiredId("vpc", { params, name: "VpcId" });
    const cidr = params.text("CidrBlock");
    const ipv6 = params.bool("AmazonProvidedIpv6CidrBlock") === true;
    if (cidr !== undefined && ipv6) {
      throw new Ec2Fault(
        "InvalidParameterCombination",
        "The parameter cidrBlock cannot be used with the parameter amazonProvidedIpv6CidrBlock",
      );
    }
    if (ipv6)
      return { vpcId, ipv6CidrBlockAssociation: ipv6CidrXml(need(vpcs.associateIpv6(vpcId))) };
    if (cidr === undefined) throw missingParameter("CidrBlock");
    const added = need(vpcs.associateCidr(vpcId, toCidrLoose(cidr)));
    return { vpcId, cidrBlockAssociation: cidrXml(added, added.state) };
  },
};

const disassociateVpcCidrBlock: Action<World> = {
  name: "DisassociateVpcCidrBlock",
  kind: "change",
  required: ["AssociationId"],
  optional: [],
  dryRun: false,
  run: ({ params, world }) => {
    const id = requiredId("vpcCidrAssociation", { params, name: "AssociationId" });
    const { vpcId, cidr } = need(world.region.vpcs.disassociateCidr(id));
    return { vpcId, cidrBlockAssociation: cidrXml(cidr, "disassociating") };
  },
};

function cidrXml({ associationId, cidr }: VpcCidr, state: string): XmlStruct {
  return { associationId, cidrBlock: formatCidr(cidr), cidrBlockState: { state } };
}

function ipv6CidrXml({ associationId, cidr, state }: VpcIpv6Cidr): XmlStruct {
  return { associationId, ipv6CidrBlock: formatCidr6(cidr), ipv6CidrBlockState: { state } };
}

/** The actions on VPCs and their blocks. */
export const vpcActions: readonly Action<World>[] = [
  describeVpcs,
  createVpc,
  deleteVpc,
  associateVpcCidrBlock,
  disassociateVpcCidrBlock,
];
