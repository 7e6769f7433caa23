import type {
  LaunchDetails,
  LaunchEni,
  MetadataOptions,
  NewLaunchEni,
} from "../../../vpc/index.ts";
import type { Action } from "../action.ts";
import { readEniAddresses } from "../address-params.ts";
import { Ec2Fault, missingParameter } from "../fault.ts";
import { idList, optionalId, requiredId } from "../ids.ts";
import { need } from "../outcome.ts";
import type { Params } from "../params.ts";
import { instanceStateXml, reservationXml } from "../shapes/instance.ts";
import { oneOf, readTagSpecifications } from "../values.ts";
import type { World } from "../world.ts";

const INTERFACE_TYPES = ["interface", "efa", "efa-only"] as const;
const SWITCH = ["enabled", "disabled"] as const;
/** Parameters of the only ENI, for requests without `NetworkInterface.N`. */
const SIMPLE = ["SubnetId", "SecurityGroupId", "PrivateIpAddress"];

const runInstances: Action<World> = {
  name: "RunInstances",
  kind: "change",
  required: ["MinCount", "MaxCount"],
  optional: [
    ...SIMPLE,
    "ImageId",
    "InstanceType",
    "NetworkInterface",
    "MetadataOptions",
    "IamInstanceProfile",
    "UserData",
    "KeyName",
    "TagSpecification",
    "ClientToken",
  ],
  dryRun: true,
  run: ({ params, world }) => {
    const tags = readTagSpecifications(params, ["instance", "network-interface", "volume"]);
    const reservation = need(
      world.region.instances.run({
        instanceType: params.text("InstanceType") ?? "m1.small",
        imageId: params.required("ImageId"),
        minCount: params.int("MinCount"),
        maxCount: params.int("MaxCount"),
        enis: readEnis(params),
        instanceTags: tags.instance,
        eniTags: tags["network-interface"],
        details: readDetails(params),
      }),
    );
    return reservationXml(reservation, world);
  },
};

function readEnis(params: Params): readonly LaunchEni[] {
  const structs = params.structs("NetworkInterface");
  if (structs.length === 0) return [{ deviceIndex: 0, ...newEni(params) }];
  const both = SIMPLE.find((name) => params.has(name));
  if (both !== undefined) {
    throw new Ec2Fault(
      "InvalidParameterCombination",
      `Network interfaces and an instance-level ${both} may not be specified on the same request`,
    );
  }
  return structs.map(readEni);
}

function readEni(params: Params): LaunchEni {
  const deviceIndex = params.int("DeviceIndex");
  if (deviceIndex === undefined) throw missingParameter("NetworkInterface.DeviceIndex");
  const slot = {
    deviceIndex,
    networkCardIndex: params.int("NetworkCardIndex"),
    deleteOnTermination: params.bool("DeleteOnTermination"),
  };
  const eniId = optionalId("eni", { params, name: "NetworkInterfaceId" });
  return eniId === undefined ? { ...slot, ...newEni(params) } : { ...slot, eniId };
}

function newEni(params: Params): Omit<NewLaunchEni, "deviceIndex"> {
  return {
    // The lab has no default subnet to fall back on.
    subnetId: requiredId("subnet", { params, name: "SubnetId" }),
    description: params.text("Description"),
    groupIds: idList("securityGroup", { params, name: "SecurityGroupId" }),
    interfaceType: oneOf(INTERFACE_TYPES, { params, name: "InterfaceType" }),
    ...readEniAddresses(params),
  };
}

function readDetails(params: Params): LaunchDetails {
  const profile = params.struct("IamInstanceProfile");
  return {
    keyName: params.text("KeyName"),
    userData: params.text("UserData"),
    iamInstanceProfile: profile.text("Name") ?? profile.text("Arn")?.split("/").at(-1),
    clientToken: params.text("ClientToken"),
    metadata: readMetadataOptions(params.struct("MetadataOptions")),
  };
}

function readMetadataOptions(params: Params): MetadataOptions {
  return {
    httpTokens: oneOf(["optional", "required"], { params, name: "HttpTokens" }) ?? "optional",
    httpEndpoint: oneOf(SWITCH, { params, name: "HttpEndpoint" }) ?? "enabled",
    httpPutResponseHopLimit: params.int("HttpPutResponseHopLimit") ?? 1,
    instanceMetadataTags: oneOf(SWITCH, { params, name: "InstanceMetadataTags" }) ?? "disabled",
  };
}

const terminateInstances: Action<World> = {
  name: "TerminateInstances",
  kind: "change",
  required: ["InstanceId"],
  optional: ["Force", "SkipOsShutdown"],
  dryRun: true,
  run: ({ params, world }) => {
    const ids = idList("instance", { params, name: "InstanceId" });
    const terminated = need(world.region.instances.terminate(ids));
    return {
      instancesSet: terminated.map(({ instanceId, current, previous }) => ({
        instanceId,
        currentState: instanceStateXml(current),
        previousState: instanceStateXml(previous),
      })),
    };
  },
};

/** The actions that start and end instances. */
export const instanceActions: readonly Action<World>[] = [runInstances, terminateInstances];
