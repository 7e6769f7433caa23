import { type Action, DONE } from "../action.ts";
import { missingParameter } from "../fault.ts";
import { requiredId } from "../ids.ts";
import { need } from "../outcome.ts";
import type { World } from "../world.ts";

const attachNetworkInterface: Action<World> = {
  name: "AttachNetworkInterface",
  kind: "change",
  required: ["NetworkInterfaceId", "InstanceId", "DeviceIndex"],
  optional: ["NetworkCardIndex"],
  dryRun: true,
  run: ({ params, world }) => {
    const eniId = requiredId("eni", { params, name: "NetworkInterfaceId" });
    const instanceId = requiredId("instance", { params, name: "InstanceId" });
    const deviceIndex = params.int("DeviceIndex");
    if (deviceIndex === undefined) throw missingParameter("DeviceIndex");
    // An ENI that isn't shown yet can't be attached yet either.
    need(world.shown.find(eniId));
    const networkCardIndex = params.int("NetworkCardIndex");
    const request = { eniId, instanceId, deviceIndex, networkCardIndex };
    const attachment = need(world.region.attachments.attach(request));
    return { attachmentId: attachment.id, networkCardIndex: attachment.networkCardIndex };
  },
};

const detachNetworkInterface: Action<World> = {
  name: "DetachNetworkInterface",
  kind: "change",
  required: ["AttachmentId"],
  optional: ["Force"],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("attachment", { params, name: "AttachmentId" });
    need(world.region.attachments.detach(id));
    return DONE;
  },
};

/** The actions that attach network interfaces and detach them. */
export const eniAttachmentActions: readonly Action<World>[] = [
  attachNetworkInterface,
  detachNetworkInterface,
];
