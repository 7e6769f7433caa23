import { assertNever } from "../base/index.ts";
import { finishAttach, finishDetach } from "./attachments.ts";
import type { Due } from "./deadlines.ts";
import { finishLaunch, finishTermination, forgetInstance } from "./instances.ts";
import { finishNatDeletion, finishNatGateway, forgetNatGateway } from "./nat-gateways.ts";
import type { State } from "./state.ts";
import { finishSubnet } from "./subnets.ts";
import { finishCidr, finishVpc } from "./vpcs.ts";

/** Finishes something that EC2 had accepted earlier, unless it has become pointless meanwhile. */
export function finish(state: State, due: Due): void {
  switch (due.kind) {
    case "vpcAvailable":
      finishVpc(state, due.vpcId);
      break;
    case "cidrAssociated":
      finishCidr(state, due.vpcId, due.id);
      break;
    case "subnetAvailable":
      finishSubnet(state, due.subnetId);
      break;
    case "attached":
      finishAttach(state, due.attachmentId);
      break;
    case "detached":
      finishDetach(state, due.attachmentId);
      break;
    case "running":
      finishLaunch(state, due.instanceId);
      break;
    case "terminated":
      finishTermination(state, due.instanceId);
      break;
    case "instanceForgotten":
      forgetInstance(state, due.instanceId);
      break;
    case "natAvailable":
      finishNatGateway(state, due.natGatewayId);
      break;
    case "natDeleted":
      finishNatDeletion(state, due.natGatewayId);
      break;
    case "natForgotten":
      forgetNatGateway(state, due.natGatewayId);
      break;
    default:
      return assertNever(due);
  }
}
