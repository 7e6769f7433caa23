import type { AclEntry, Direction } from "../../../vpc/index.ts";
import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { missingParameter } from "../fault.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import type { Params } from "../params.ts";
import { aclXml } from "../shapes/acl.ts";
import { oneOf, readTagSpecifications, toCidrLoose } from "../values.ts";
import type { World } from "../world.ts";

const describeNetworkAcls: Action<World> = describeAction({
  name: "DescribeNetworkAcls",
  set: "networkAclSet",
  ids: "NetworkAclId",
  pageSize: [5, 1000],
  key: ["networkAclId"],
  filters: {
    "network-acl-id": "networkAclId",
    "vpc-id": "vpcId",
    "owner-id": "ownerId",
    default: "default",
    "association.subnet-id": "associationSet.subnetId",
    "association.association-id": "associationSet.networkAclAssociationId",
    "association.network-acl-id": "associationSet.networkAclId",
    "entry.cidr": "entrySet.cidrBlock",
    "entry.egress": "entrySet.egress",
    "entry.rule-number": "entrySet.ruleNumber",
    "entry.rule-action": "entrySet.ruleAction",
    "entry.protocol": "entrySet.protocol",
  },
  items: ({ world }, ids) =>
    select("networkAcl", { ids, from: world.region.records.acls }).map((acl) => aclXml(acl, world)),
});

const createNetworkAcl: Action<World> = {
  name: "CreateNetworkAcl",
  kind: "change",
  required: ["VpcId"],
  optional: ["TagSpecification", "ClientToken"],
  dryRun: true,
  run: ({ params, world }) => {
    const outcome = world.region.acls.create({
      vpcId: requiredId("vpc", { params, name: "VpcId" }),
      tags: readTagSpecifications(params, ["network-acl"])["network-acl"],
    });
    return { networkAcl: aclXml(need(outcome), world), clientToken: params.text("ClientToken") };
  },
};

const deleteNetworkAcl: Action<World> = {
  name: "DeleteNetworkAcl",
  kind: "change",
  required: ["NetworkAclId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    need(world.region.acls.delete(requiredId("networkAcl", { params, name: "NetworkAclId" })));
    return DONE;
  },
};

function entryAction(name: string, operation: "createEntry" | "replaceEntry"): Action<World> {
  return {
    name,
    kind: "change",
    required: ["NetworkAclId", "RuleNumber", "Egress", "Protocol", "RuleAction", "CidrBlock"],
    optional: ["PortRange", "Icmp"],
    dryRun: true,
    run: ({ params, world }) => {
      const id = requiredId("networkAcl", { params, name: "NetworkAclId" });
      need(world.region.acls[operation](id, readEntry(params)));
      return DONE;
    },
  };
}

const deleteNetworkAclEntry: Action<World> = {
  name: "DeleteNetworkAclEntry",
  kind: "change",
  required: ["NetworkAclId", "RuleNumber", "Egress"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("networkAcl", { params, name: "NetworkAclId" });
    need(world.region.acls.deleteEntry(id, readPlace(params)));
    return DONE;
  },
};

const replaceNetworkAclAssociation: Action<World> = {
  name: "ReplaceNetworkAclAssociation",
  kind: "change",
  required: ["AssociationId", "NetworkAclId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("networkAclAssociation", { params, name: "AssociationId" });
    const aclId = requiredId("networkAcl", { params, name: "NetworkAclId" });
    return { newAssociationId: need(world.region.acls.replaceAssociation(id, aclId)) };
  },
};

function readPlace(params: Params): { readonly number: number; readonly direction: Direction } {
  const number = params.int("RuleNumber");
  if (number === undefined) throw missingParameter("RuleNumber");
  return { number, direction: params.bool("Egress") === true ? "egress" : "ingress" };
}

function readEntry(params: Params): AclEntry {
  const action = oneOf(["allow", "deny"], { params, name: "RuleAction" });
  if (action === undefined) throw missingParameter("RuleAction");
  const ports = params.struct("PortRange");
  const [from, to] = [ports.int("From"), ports.int("To")];
  const icmp = params.struct("Icmp");
  const [type, code] = [icmp.int("Type"), icmp.int("Code")];
  return {
    ...readPlace(params),
    action,
    protocol: params.required("Protocol"),
    cidr: toCidrLoose(params.required("CidrBlock")),
    ports: from === undefined || to === undefined ? undefined : { from, to },
    icmp: type === undefined || code === undefined ? undefined : { type, code },
  };
}

/** The actions on network ACLs. */
export const aclActions: readonly Action<World>[] = [
  describeNetworkAcls,
  createNetworkAcl,
  deleteNetworkAcl,
  entryAction("CreateNetworkAclEntry", "createEntry"),
  entryAction("ReplaceNetworkAclEntry", "replaceEntry"),
  deleteNetworkAclEntry,
  replaceNetworkAclAssociation,
];
