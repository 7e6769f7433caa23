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
    case "vpcAvailable": {
      finishVpc(state, due.vpcId);
      return;
    }
    case "cidrAssociated": {
      finishCidr(state, due.vpcId, due.id);
      return;
    }
    case "subnetAvailable": {
      finishSubnet(state, due.subnetId);
      return;
    }
    case "attached": {
      finishAttach(state, due.attachmentId);
      return;
    }
    case "detached": {
      finishDetach(state, due.attachmentId);
      return;
    }
    case "running": {
      finishLaunch(state, due.instanceId);
      return;
    }
    case "terminated": {
      finishTermination(state, due.instanceId);
      return;
    }
    case "instanceForgotten": {
      forgetInstance(state, due.instanceId);
      return;
    }
    case "natAvailable": {
      finishNatGateway(state, due.natGatewayId);
      return;
    }
    case "natDeleted": {
      finishNatDeletion(state, due.natGatewayId);
      return;
    }
    case "natForgotten": {
      forgetNatGateway(state, due.natGatewayId);
      return;
    }
    default:
      return assertNever(due);
  }
}
