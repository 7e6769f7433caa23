import { formatIpv4, formatIpv6 } from "../../net/index.ts";
import type { Instance, Region } from "../../vpc/index.ts";
import { privateDnsName } from "../ec2/index.ts";
import { credentialsJson, secondsIso } from "./credentials.ts";
import { groupNames, interfaceTree } from "./interface-tree.ts";
import type { PlacedEni } from "./shown-interfaces.ts";
import type { MetadataTree } from "./tree.ts";

/** What an instance finds out about itself. */
export interface MetadataSubject {
  readonly instance: Instance;
  /** Its interfaces as they are shown, the primary first. */
  readonly enis: readonly PlacedEni[];
  readonly region: Region;
  /** The role for instances that were started without a profile. */
  readonly defaultRole: string;
  readonly nowMs: number;
}

/** Everything under `/latest/` (EC2 user guide, "Instance metadata categories"). */
export function instanceTree(subject: MetadataSubject): MetadataTree {
  const { userData } = subject.instance.details;
  return {
    // Made when somebody goes there: most readers want one leaf, and there are thousands of them in a large lab.
    get dynamic() {
      return { "instance-identity": { document: identityDocument(subject) } };
    },
    get "meta-data"() {
      return metaData(subject);
    },
    "user-data": userData === undefined ? undefined : Buffer.from(userData, "base64").toString(),
  };
}

function metaData(subject: MetadataSubject): MetadataTree {
  const { instance, enis, region } = subject;
  const [primary] = enis;
  const ip = primary?.addresses[0];
  const ipv6 = primary?.ipv6Addresses[0];
  const hostname = ip === undefined ? undefined : privateDnsName(ip, region.settings.name);
  return {
    "ami-id": instance.imageId,
    "ami-launch-index": String(instance.launchIndex),
    hostname,
    get iam() {
      return iamTree(subject);
    },
    "instance-id": instance.id,
    "instance-life-cycle": "on-demand",
    "instance-type": instance.type.type,
    ipv6: ipv6 === undefined ? undefined : formatIpv6(ipv6),
    "local-hostname": hostname,
    "local-ipv4": ip === undefined ? undefined : formatIpv4(ip),
    mac: primary?.mac,
    get network() {
      return { interfaces: { macs: macsTree(enis, region) } };
    },
    placement: {
      "availability-zone": instance.zone.name,
      "availability-zone-id": instance.zone.id,
      region: region.settings.name,
    },
    profile: "default-hvm",
    "reservation-id": instance.reservationId,
    "security-groups": primary === undefined ? undefined : groupNames(primary, region),
    services: { domain: "amazonaws.com", partition: "aws" },
    system: instance.type.hypervisor === "xen" ? "xen" : "nitro",
    tags: tagsTree(subject),
  };
}

function macsTree(enis: readonly PlacedEni[], region: Region): MetadataTree {
  const macs: MetadataTree = {};
  for (const eni of enis)
    Object.defineProperty(macs, eni.mac, {
      enumerable: true,
      get: () => interfaceTree(eni, region),
    });
  return macs;
}

function iamTree({ instance, region, defaultRole, nowMs }: MetadataSubject): MetadataTree {
  const role = instance.details.iamInstanceProfile ?? defaultRole;
  const { accountId } = region.settings;
  const info = {
    Code: "Success",
    LastUpdated: secondsIso(nowMs - (nowMs % 3_600_000)),
    InstanceProfileArn: `arn:aws:iam::${accountId}:instance-profile/${role}`,
    InstanceProfileId: "AIPALAB0000000000001",
  };
  return {
    info: JSON.stringify(info, undefined, 2),
    "security-credentials": { [role]: credentialsJson(instance.id, nowMs) },
  };
}

function tagsTree({ instance, region }: MetadataSubject): MetadataTree | undefined {
  if (instance.details.metadata?.instanceMetadataTags !== "enabled") return undefined;
  return { instance: Object.fromEntries(region.tags.of(instance.id)) };
}

const ARCHITECTURES = { amd64: "x86_64", arm64: "arm64" } as const;

function identityDocument({ instance, enis, region }: MetadataSubject): string {
  const ip = enis[0]?.addresses[0];
  const { arch } = instance.type;
  const document = {
    accountId: region.settings.accountId,
    architecture: ARCHITECTURES[arch ?? "amd64"],
    availabilityZone: instance.zone.name,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type.type,
    kernelId: null,
    pendingTime: secondsIso(instance.launchedAtMs),
    privateIp: ip === undefined ? null : formatIpv4(ip),
    ramdiskId: null,
    region: region.settings.name,
    version: "2017-09-30",
  };
  return JSON.stringify(document, undefined, 2);
}
