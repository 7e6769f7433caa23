import { formatIpv4 } from "../../../net/index.ts";
import type { Eni, Instance, InstanceState, Reservation } from "../../../vpc/index.ts";
import { privateDnsName } from "../dns-name.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { instanceEniXml } from "./eni.ts";
import { groupItems } from "./group.ts";
import { tagItems } from "./tag.ts";
import { timestamp } from "./time.ts";

const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
};

const ARCHITECTURES = { amd64: "x86_64", arm64: "arm64" } as const;

/** A reservation: the instances of one RunInstances call. */
export function reservationXml({ id, instances }: Reservation, world: World): XmlStruct {
  return {
    reservationId: id,
    ownerId: world.region.settings.accountId,
    groupSet: [],
    instancesSet: instances.map((instance) => instanceXml(instance, world)),
  };
}

/** A state with its number. */
export function instanceStateXml(state: InstanceState): XmlStruct {
  return { code: STATE_CODES[state], name: state };
}

/** An instance of DescribeInstances and RunInstances. */
export function instanceXml(instance: Instance, world: World): XmlStruct {
  const { region } = world;
  const { details, type } = instance;
  const enis = region.instances.enisOf(instance.id);
  const primary = enis.find(isPrimary);
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: instanceStateXml(instance.state),
    ...addressXml(primary, world),
    reason: "",
    keyName: details.keyName,
    amiLaunchIndex: instance.launchIndex,
    productCodes: [],
    instanceType: type.type,
    launchTime: timestamp(instance.launchedAtMs),
    placement: {
      availabilityZone: instance.zone.name,
      availabilityZoneId: instance.zone.id,
      groupName: "",
      tenancy: "default",
    },
    monitoring: { state: "disabled" },
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    sourceDestCheck: primary?.sourceDestCheck,
    groupSet: groupItems(primary?.groupIds ?? [], region),
    architecture: type.arch === null ? undefined : ARCHITECTURES[type.arch],
    rootDeviceType: "ebs",
    rootDeviceName: "/dev/xvda",
    blockDeviceMapping: [],
    virtualizationType: "hvm",
    // The model allows ovm and xen only: EC2 says xen of Nitro instances too.
    hypervisor: "xen",
    enaSupport: true,
    ebsOptimized: false,
    clientToken: details.clientToken,
    tagSet: tagItems(region.tags.of(instance.id)),
    networkInterfaceSet: enis.flatMap((eni) =>
      eni.attachment === undefined ? [] : [instanceEniXml(eni, eni.attachment, world)],
    ),
    ...profileXml(instance, world),
    ...optionsXml(instance),
  };
}

function isPrimary({ attachment }: Eni): boolean {
  return attachment?.deviceIndex === 0 && attachment.networkCardIndex === 0;
}

function addressXml(primary: Eni | undefined, { region }: World): XmlStruct {
  const ip = primary?.addresses[0];
  if (ip === undefined) return { privateDnsName: "", dnsName: "" };
  return {
    privateDnsName: privateDnsName(ip, region.settings.name),
    dnsName: "",
    privateIpAddress: formatIpv4(ip),
  };
}

function profileXml({ details }: Instance, { region }: World): XmlStruct {
  const profile = details.iamInstanceProfile;
  if (profile === undefined) return {};
  const arn = `arn:aws:iam::${region.settings.accountId}:instance-profile/${profile}`;
  return { iamInstanceProfile: { arn, id: "AIPALAB0000000000001" } };
}

function optionsXml({ details, type }: Instance): XmlStruct {
  const { metadata } = details;
  return {
    metadataOptions: {
      state: "applied",
      httpTokens: metadata?.httpTokens ?? "optional",
      httpPutResponseHopLimit: metadata?.httpPutResponseHopLimit ?? 1,
      httpEndpoint: metadata?.httpEndpoint ?? "enabled",
      httpProtocolIpv6: "disabled",
      instanceMetadataTags: metadata?.instanceMetadataTags ?? "disabled",
    },
    cpuOptions: type.vcpus === null ? undefined : { coreCount: type.vcpus, threadsPerCore: 1 },
  };
}
