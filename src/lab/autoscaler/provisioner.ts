import { randomUUID } from "node:crypto";
import type { Pod } from "kubernetes-types/core/v1";
import type { Time } from "../../time/index.ts";
import { readPodFacts } from "../placement/index.ts";
import type { AutoscalerCloud, CandidateType } from "./autoscaler-cloud.ts";
import { poolLabels } from "./candidate-node.ts";
import type { ClusterState } from "./cluster-state.ts";
import { expectedNode } from "./launches.ts";
import type { Launch } from "./launches.ts";
import { planNodes } from "./plan-nodes.ts";
import type { Plan, PlannedNode } from "./plan-nodes.ts";
import type { PodNotices } from "./pod-notices.ts";
import type { AutoscalerSettings } from "./settings.ts";
import { newSubnetBook } from "./subnet-book.ts";

/** What a provisioner works with. */
export interface ProvisionerOptions {
  readonly cluster: ClusterState;
  readonly cloud: AutoscalerCloud;
  readonly settings: AutoscalerSettings;
  readonly time: Time;
  readonly notices: PodNotices;
  /** Launched, not seen as a Node yet; by instance. The provisioner adds to it. */
  readonly launches: Map<string, Launch>;
  readonly log: (line: string) => void;
}

/** Adds nodes. */
export interface Provisioner {
  /** Looks at all pods without a node once. Rejects if EC2 cannot be reached. */
  provision(): Promise<void>;
}

/** Karpenter asks for its subnets once a minute. */
const SUBNETS_FRESH_MS = 60_000;
// EC2 says this of the account or the whole zone or the request: another subnet would not help now.
const NOT_OF_THE_SUBNET = new Set([
  "RequestLimitExceeded",
  "UnauthorizedOperation",
  "VcpuLimitExceeded",
  "InstanceLimitExceeded",
  "InternalError",
]);

/** A provisioner that remembers the free addresses of subnets. */
export function newProvisioner(options: ProvisionerOptions): Provisioner {
  const { cluster, cloud, settings, time, notices, launches, log } = options;
  const book = newSubnetBook();
  let refreshedMs = Number.NEGATIVE_INFINITY;

  function makePlan(pods: readonly Pod[], types: readonly CandidateType[]): Plan {
    const daemons = cluster.daemons();
    const pool = settings.name;
    const onTheirWay = [...launches.values()]
      .filter(({ nodeName }) => cluster.nodes.get({ name: nodeName }) === undefined)
      .map((each) => expectedNode(each, { daemons, pool }));
    const own = cluster.poolNodes().length + onTheirWay.length;
    return planNodes({
      pods: pods.map((pod) => readPodFacts(pod)),
      nodes: [...cluster.planningNodes(), ...onTheirWay],
      types,
      zones: book.zones(time.nowMs()),
      daemons,
      newNodesMax: Math.max(0, settings.nodesMax - own),
      pool,
    });
  }

  /** Whether another attempt may succeed at once: the subnet was at fault. */
  async function launch({ type, zone, pods }: PlannedNode): Promise<boolean> {
    const room = type.allocatable["pods"] ?? 0;
    const subnet = book.take(zone, { pods: room, nowMs: time.nowMs() });
    if (subnet === undefined) return true;
    const labels = poolLabels(settings.name);
    const request = { type: type.type, subnet, labels, clientToken: randomUUID() };
    const outcome = await cloud.launch(request);
    if (outcome.kind === "launched") {
      const { instanceId, nodeName } = outcome;
      launches.set(instanceId, { instanceId, nodeName, type, zone, launchedMs: time.nowMs() });
      log(`launched ${instanceId} (${type.type}) in ${subnet}, ${zone}, as node ${nodeName}`);
      for (const pod of pods) notices.nominate(pod, nodeName);
      return false;
    }
    const why = `EC2 refused to launch ${type.type} in ${subnet}: ${outcome.code}: ${outcome.message}`;
    log(why);
    notices.complain(pods, why);
    if (NOT_OF_THE_SUBNET.has(outcome.code)) return false;
    book.avoid(subnet, time.nowMs());
    return true;
  }

  async function round(types: readonly CandidateType[]): Promise<boolean> {
    const pods = cluster.provisionable();
    if (pods.length === 0) return false;
    const { planned, fitting, refused } = makePlan(pods, types);
    for (const { pod, nodeName } of fitting) notices.nominate(pod, nodeName);
    for (const { pod, why } of refused) notices.complain([pod], why);
    if (planned.length === 0) return false;
    const waiting = planned.reduce((sum, node) => sum + node.pods.length, 0);
    log(`computed ${planned.length} new node(s) to fit ${waiting} pod(s)`);
    return (await Promise.all(planned.map(launch))).includes(true);
  }

  return {
    async provision() {
      notices.forgetPlaced();
      if (cluster.provisionable().length === 0) return;
      if (time.nowMs() - refreshedMs > SUBNETS_FRESH_MS) {
        book.refresh(await cloud.subnets());
        refreshedMs = time.nowMs();
      }
      const types = await cloud.types();
      // Each further round has at least one subnet fewer.
      while (await round(types));
    },
  };
}
