import type { ConnectionTracking, CreateEni, EniAttributes } from "../../../vpc/index.ts";
import { type Action, DONE } from "../action.ts";
import { readEniAddresses } from "../address-params.ts";
import { idList, requiredId } from "../ids.ts";
import { need } from "../outcome.ts";
import type { Params } from "../params.ts";
import { eniXml } from "../shapes/eni.ts";
import { nonEmpty, oneOf, readTagSpecifications } from "../values.ts";
import type { World } from "../world.ts";

const INTERFACE_TYPES = ["interface", "trunk", "branch", "efa", "efa-only"] as const;

const createNetworkInterface: Action<World> = {
  name: "CreateNetworkInterface",
  kind: "change",
  required: ["SubnetId"],
  optional: [
    "Description",
    "SecurityGroupId",
    "PrivateIpAddress",
    "PrivateIpAddresses",
    "SecondaryPrivateIpAddressCount",
    "Ipv4PrefixCount",
    "Ipv4Prefix",
    "Ipv6AddressCount",
    "Ipv6Addresses",
    "Ipv6PrefixCount",
    "Ipv6Prefix",
    "InterfaceType",
    "TagSpecification",
    "ConnectionTrackingSpecification",
    "ClientToken",
  ],
  dryRun: true,
  run: ({ params, world }) => {
    const eni = need(world.region.enis.create(readCreateEni(params)));
    return {
      networkInterface: { ...eniXml(eni, world), status: "pending" },
      clientToken: params.text("ClientToken"),
    };
  },
};

function readCreateEni(params: Params): CreateEni {
  return {
    subnetId: requiredId("subnet", { params, name: "SubnetId" }),
    description: params.text("Description"),
    groupIds: idList("securityGroup", { params, name: "SecurityGroupId" }),
    interfaceType: oneOf(INTERFACE_TYPES, { params, name: "InterfaceType" }),
    connectionTracking: readTracking(params),
    tags: readTagSpecifications(params, ["network-interface"])["network-interface"],
    ...readEniAddresses(params),
  };
}

const deleteNetworkInterface: Action<World> = {
  name: "DeleteNetworkInterface",
  kind: "change",
  required: ["NetworkInterfaceId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    need(world.region.enis.delete(requiredId("eni", { params, name: "NetworkInterfaceId" })));
    return DONE;
  },
};

const modifyNetworkInterfaceAttribute: Action<World> = {
  name: "ModifyNetworkInterfaceAttribute",
  kind: "change",
  required: ["NetworkInterfaceId"],
  optional: [
    "SecurityGroupId",
    "Description",
    "SourceDestCheck",
    "Attachment",
    "ConnectionTrackingSpecification",
  ],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("eni", { params, name: "NetworkInterfaceId" });
    need(world.region.enis.modify(id, readAttributes(params)));
    return DONE;
  },
};

function readAttributes(params: Params): EniAttributes {
  return {
    groupIds: nonEmpty(idList("securityGroup", { params, name: "SecurityGroupId" })),
    description: params.text("Description.Value"),
    sourceDestCheck: params.bool("SourceDestCheck.Value"),
    connectionTracking: readTracking(params),
    attachment: readAttachment(params),
  };
}

function readAttachment(params: Params): EniAttributes["attachment"] {
  if (!params.has("Attachment")) return undefined;
  const attachment = params.struct("Attachment");
  const id = requiredId("attachment", { params: attachment, name: "AttachmentId" });
  attachment.required("DeleteOnTermination");
  return { id, deleteOnTermination: attachment.bool("DeleteOnTermination") === true };
}

function readTracking(params: Params): ConnectionTracking | undefined {
  if (!params.has("ConnectionTrackingSpecification")) return undefined;
  const tracking = params.struct("ConnectionTrackingSpecification");
  return {
    tcpEstablishedTimeoutS: tracking.int("TcpEstablishedTimeout"),
    udpStreamTimeoutS: tracking.int("UdpStreamTimeout"),
    udpTimeoutS: tracking.int("UdpTimeout"),
  };
}

/** The actions that make, change and delete network interfaces. */
export const eniActions: readonly Action<World>[] = [
  createNetworkInterface,
  deleteNetworkInterface,
  modifyNetworkInterfaceAttribute,
];
