import { BerthError, invariant } from "../../base/index.ts";
import type { InstanceId, SubnetId } from "../../facts/index.ts";
import type { Region } from "../../vpc/index.ts";
import type { LabNode } from "../labfile/lab-file.ts";
import { writeUserData } from "./user-data.ts";

/** Of all nodes of the lab. Any image will do: the lab's machines have none. */
export const NODE_IMAGE = "ami-0be77b0000000001a";

/** The instance profile of nodes; its role may do what the agent does. */
export const NODE_PROFILE = "berth-lab-node";

/** Starts a node's instance in the region. */
export function launchInstance(
  spec: LabNode,
  { region, subnetId }: { region: Region; subnetId: SubnetId },
): InstanceId {
  const outcome = region.instances.run({
    instanceType: spec.instanceType.type,
    imageId: NODE_IMAGE,
    enis: [{ deviceIndex: 0, subnetId }],
    instanceTags: new Map([["Name", spec.name]]),
    details: {
      iamInstanceProfile: NODE_PROFILE,
      userData: writeUserData({ maxPods: spec.maxPods }),
      metadata: {
        httpTokens: "required",
        httpEndpoint: "enabled",
        httpPutResponseHopLimit: 2,
        instanceMetadataTags: "disabled",
      },
    },
  });
  if (!outcome.ok) {
    const { code, message } = outcome.error;
    throw new BerthError("labStart", `Cannot launch node ${spec.name}: ${code}: ${message}`, {
      fix: `Give subnet ${spec.subnet} a larger block in the lab file, or put fewer nodes there.`,
    });
  }
  const instance = outcome.value.instances[0];
  invariant(instance !== undefined, "a reservation has an instance");
  // Launching takes no time in a lab: what is due at once is done at once.
  region.advance(region.nowMs);
  return instance.id;
}
