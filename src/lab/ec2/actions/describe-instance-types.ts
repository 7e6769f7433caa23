import { type InstanceType, instanceType, instanceTypes } from "../../../facts/index.ts";
import type { Action } from "../action.ts";
import { describeAction } from "../describe.ts";
import { Ec2Fault } from "../fault.ts";
import type { XmlStruct } from "../xml.ts";

/** DescribeInstanceTypes: the limits of every type that Berth knows. */
export const describeInstanceTypes: Action<unknown> = describeAction({
  name: "DescribeInstanceTypes",
  set: "instanceTypeSet",
  ids: "InstanceType",
  pagesExcludeIds: true,
  pageSize: [5, 100],
  key: ["instanceType"],
  filters: {
    "instance-type": "instanceType",
    "bare-metal": "bareMetal",
    hypervisor: "hypervisor",
    "network-info.maximum-network-interfaces": "networkInfo.maximumNetworkInterfaces",
    "network-info.maximum-network-cards": "networkInfo.maximumNetworkCards",
    "network-info.ipv4-addresses-per-interface": "networkInfo.ipv4AddressesPerInterface",
    "vcpu-info.default-vcpus": "vCpuInfo.defaultVCpus",
    "memory-info.size-in-mib": "memoryInfo.sizeInMiB",
    "processor-info.supported-architecture": "processorInfo.supportedArchitectures",
  },
  items: (_call, names) => (names.length === 0 ? instanceTypes() : names.map(known)).map(toXml),
});

function known(name: string): InstanceType {
  const type = instanceType(name);
  if (type === undefined) {
    throw new Ec2Fault(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${name}]`,
    );
  }
  return type;
}

const ARCHITECTURES = { amd64: "x86_64", arm64: "arm64" } as const;

function toXml(type: InstanceType): XmlStruct {
  return {
    instanceType: type.type,
    supportedUsageClasses: ["on-demand", "spot"],
    supportedRootDeviceTypes: ["ebs"],
    supportedVirtualizationTypes: ["hvm"],
    bareMetal: type.bareMetal,
    hypervisor: type.bareMetal ? undefined : (type.hypervisor ?? undefined),
    processorInfo:
      type.arch === null ? undefined : { supportedArchitectures: [ARCHITECTURES[type.arch]] },
    vCpuInfo: type.vcpus === null ? undefined : { defaultVCpus: type.vcpus },
    memoryInfo: type.memoryMiB === null ? undefined : { sizeInMiB: type.memoryMiB },
    networkInfo: networkInfo(type),
  };
}

function networkInfo(type: InstanceType): XmlStruct {
  return {
    // EC2 counts all cards here.
    maximumNetworkInterfaces: type.networkCards.reduce((sum, { maxEnis }) => sum + maxEnis, 0),
    maximumNetworkCards: type.networkCards.length,
    defaultNetworkCardIndex: 0,
    networkCards: type.networkCards.map(({ index, maxEnis }) => ({
      networkCardIndex: index,
      maximumNetworkInterfaces: maxEnis,
    })),
    ipv4AddressesPerInterface: type.ipv4PerEni,
    ipv6AddressesPerInterface: type.ipv4PerEni,
    ipv6Supported: true,
  };
}
