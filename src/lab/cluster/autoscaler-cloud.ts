import { arch } from "node:process";
import { BerthError } from "../../base/index.ts";
import { type InstanceType, maxPods } from "../../facts/index.ts";
import type { AutoscalerCloud, CandidateType, LaunchOutcome } from "../autoscaler/index.ts";
import type { Ec2Api } from "../ec2/index.ts";
import { allocatableNumbers } from "../kubelet/node-resources.ts";
import { NODE_IMAGE, NODE_PROFILE } from "../nodes/launch-instance.ts";
import { writeUserData } from "../nodes/user-data.ts";

/** What an autoscaler of a lab may use. */
export interface Ec2CloudOptions {
  readonly ask: Ec2Api["ask"];
  readonly types: readonly InstanceType[];
  /** Ids. */
  readonly subnets: readonly string[];
}

/** EC2 as an autoscaler sees it: by the calls that Karpenter makes, which are throttled and counted like anybody's. */
export function ec2Cloud({ ask, types, subnets }: Ec2CloudOptions): AutoscalerCloud {
  const call = async (
    action: string,
    params: Readonly<Record<string, string>>,
  ): Promise<Answer> => {
    const form = new URLSearchParams({ Action: action, Version: "2016-11-15", ...params });
    const headers = { "user-agent": "karpenter.sh" };
    const { status, body } = await ask({ headers, form: form.toString() });
    return { ok: status === 200, body };
  };
  return {
    types: () => Promise.resolve(types.map(candidate)),
    subnets: async () => {
      const { ok, body } = await call("DescribeSubnets", numbered("SubnetId", subnets));
      if (!ok) throw refusal("DescribeSubnets", body);
      return items(body, "subnetId").map((item) => ({
        id: textOf(item, "subnetId"),
        zone: textOf(item, "availabilityZone"),
        freeAddresses: Number(textOf(item, "availableIpAddressCount")),
      }));
    },
    launch: async ({ type, subnet, labels, clientToken }): Promise<LaunchOutcome> => {
      const { ok, body } = await call("RunInstances", {
        ...{ ImageId: NODE_IMAGE, InstanceType: type, MinCount: "1", MaxCount: "1" },
        ...{ SubnetId: subnet, ClientToken: clientToken },
        "IamInstanceProfile.Name": NODE_PROFILE,
        "MetadataOptions.HttpTokens": "required",
        "MetadataOptions.HttpPutResponseHopLimit": "2",
        UserData: writeUserData({ labels }),
        "TagSpecification.1.ResourceType": "instance",
        "TagSpecification.1.Tag.1.Key": "karpenter.sh/nodepool",
        "TagSpecification.1.Tag.1.Value": labels["karpenter.sh/nodepool"] ?? "default",
      });
      if (!ok) {
        return { kind: "refused", code: textOf(body, "Code"), message: textOf(body, "Message") };
      }
      const instanceId = textOf(body, "instanceId");
      return { kind: "launched", instanceId, nodeName: textOf(body, "privateDnsName") };
    },
    terminate: async (instanceId) => {
      const { ok, body } = await call("TerminateInstances", { "InstanceId.1": instanceId });
      if (ok || textOf(body, "Code") === "InvalidInstanceID.NotFound") return;
      throw refusal("TerminateInstances", body);
    },
  };
}

interface Answer {
  readonly ok: boolean;
  /** XML. */
  readonly body: string;
}

function candidate(type: InstanceType): CandidateType {
  const mode = { prefixDelegation: false, customNetworking: false, podEni: false };
  const architecture = type.arch ?? (arch === "arm64" ? "arm64" : "amd64");
  const { pods, milliCpu, memoryBytes } = allocatableNumbers({
    ...{ name: "", instanceId: "", zone: "", region: "", address: "" },
    instanceType: type.type,
    maxPods: maxPods(type, mode).recommended,
    vcpus: type.vcpus ?? 2,
    memoryMiB: type.memoryMiB ?? 4096,
    architecture,
  });
  return {
    type: type.type,
    // A type without a price is taken last.
    usdPerHour: type.usdPerHourUsEast1 ?? Number.MAX_SAFE_INTEGER,
    arch: architecture,
    allocatable: { pods, cpu: milliCpu / 1000, memory: memoryBytes },
  };
}

function numbered(name: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, index) => [`${name}.${index + 1}`, value]));
}

// The lab's own answers: elements without attributes, and an item for each thing that has the key.
function items(xml: string, key: string): string[] {
  return xml
    .split(`<${key}>`)
    .slice(1)
    .map((rest) => `<${key}>${rest}`);
}

function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? "";
}

function refusal(action: string, body: string): BerthError {
  const code = textOf(body, "Code");
  return new BerthError("labCloud", `${action} was refused: ${code}: ${textOf(body, "Message")}`, {
    fix: "The autoscaler tries again.",
    facts: { code },
  });
}
