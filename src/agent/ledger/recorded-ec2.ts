import type { Time } from "../../time/index.ts";
import type { Ec2 } from "../ec2.ts";
import { Ec2Error } from "../ec2-error.ts";
import type { Log } from "../log.ts";
import type { CallLedger } from "./call-ledger.ts";
import { presentReason } from "./reason.ts";

/** What recording needs. */
export interface Recording {
  readonly ledger: CallLedger;
  readonly time: Time;
  readonly log: Log;
}

type Operation = (...given: never[]) => Promise<unknown>;

/** EC2's names of the port's operations. */
const ACTIONS: Readonly<Record<keyof Ec2, string>> = {
  instanceEnis: "DescribeNetworkInterfaces",
  eni: "DescribeNetworkInterfaces",
  unattachedEnis: "DescribeNetworkInterfaces",
  subnets: "DescribeSubnets",
  securityGroups: "DescribeSecurityGroups",
  setSecurityGroups: "ModifyNetworkInterfaceAttribute",
  deviceIndexes: "DescribeInstances",
  limits: "DescribeInstanceTypes",
  createEni: "CreateNetworkInterface",
  attachEni: "AttachNetworkInterface",
  deleteWithInstance: "ModifyNetworkInterfaceAttribute",
  assign: "AssignPrivateIpAddresses",
  assignIpv6Prefix: "AssignIpv6Addresses",
  unassign: "UnassignPrivateIpAddresses",
  detachEni: "DetachNetworkInterface",
  deleteEni: "DeleteNetworkInterface",
  tag: "CreateTags",
};

/** The same EC2; each call is in the ledger, with the reason that `because` gave, and in the log at debug. */
export function recordCalls(ec2: Ec2, recording: Recording): Ec2 {
  const operations = Object.entries(ec2) as [keyof Ec2, Operation][];
  return Object.fromEntries(
    operations.map(([name, operation]) => [name, recorded(ACTIONS[name], operation, recording)]),
  ) as unknown as Ec2;
}

function recorded(action: string, operation: Operation, recording: Recording): Operation {
  const { ledger, time, log } = recording;

  function note(startedMs: number, result: string): void {
    const atMs = time.nowMs();
    const call = { action, reason: presentReason(), result, atMs, tookMs: atMs - startedMs };
    ledger.note(call);
    const { tookMs } = call;
    log.debug({ action, reason: call.reason, result, tookMs: Math.round(tookMs) }, "EC2 call");
  }

  return async (...given) => {
    const startedMs = time.nowMs();
    try {
      const answer = await operation(...given);
      note(startedMs, "ok");
      return answer;
    } catch (error) {
      note(startedMs, error instanceof Ec2Error ? error.ec2Code : "Unknown");
      throw error;
    }
  };
}
