import type { Pod, PodSpec, Toleration, TopologySpreadConstraint } from "kubernetes-types/core/v1";
import type { ObjectMeta } from "kubernetes-types/meta/v1";
import { compileSelector } from "../../kube-client/index.ts";
import type { Labels } from "../../kube-client/index.ts";
import { readAffinity } from "./affinity.ts";
import type { PodAffinityFacts } from "./affinity.ts";
import { compileNodeSelection, compileNodeTerm, namedNodes } from "./node-selection.ts";
import type { NodeTest } from "./node-selection.ts";
import { requestsOf } from "./requests.ts";
import type { Amounts } from "./requests.ts";

/** A port of the node that a pod takes. */
export interface HostPort {
  readonly protocol: string;
  readonly port: number;
  /** `0.0.0.0` for all addresses of the node. */
  readonly address: string;
}

/** How evenly pods are to be spread over the values of a node label. */
export interface SpreadFacts {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Whether nodes that the pod cannot be on, by selection or by taints, are left out of the count. */
  readonly honorsSelection: boolean;
  readonly honorsTaints: boolean;
  readonly matches: (labels: Labels) => boolean;
}

/** What placing a pod depends on, read once. */
export interface PodFacts {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Of the controller; empty if there is none. */
  readonly ownerUid: string;
  /** Empty while it is not bound. */
  readonly nodeName: string;
  readonly terminating: boolean;
  readonly priority: number;
  readonly neverPreempts: boolean;
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  readonly selection: NodeTest;
  /** The only nodes it names; undefined: it names none. */
  readonly namedNodes: ReadonlySet<string> | undefined;
  readonly preferredNodes: readonly { readonly weight: number; readonly test: NodeTest }[];
  readonly spread: {
    readonly required: readonly SpreadFacts[];
    readonly preferred: readonly SpreadFacts[];
  };
  readonly affinity: PodAffinityFacts;
}

/** Reads a pod. `nodeName` may say where it is about to be bound. */
export function readPodFacts(pod: Pod, nodeName: string = pod.spec?.nodeName ?? ""): PodFacts {
  const metadata: ObjectMeta = pod.metadata ?? {};
  const spec: PodSpec = pod.spec ?? { containers: [] };
  const labels: Labels = metadata.labels ?? {};
  const namespace = metadata.namespace ?? "";
  return {
    key: `${namespace}/${metadata.name ?? ""}`,
    uid: metadata.uid ?? "",
    namespace,
    labels,
    ownerUid: metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? "",
    nodeName,
    terminating: metadata.deletionTimestamp !== undefined,
    priority: spec.priority ?? 0,
    neverPreempts: spec.preemptionPolicy === "Never",
    requests: requestsOf(spec),
    hostPorts: hostPortsOf(spec),
    tolerations: spec.tolerations ?? [],
    selection: compileNodeSelection(spec),
    namedNodes: namedNodes(spec),
    preferredNodes: preferredNodesOf(spec),
    spread: readSpread(spec, labels),
    affinity: readAffinity(spec, namespace),
  };
}

function hostPortsOf(spec: PodSpec): HostPort[] {
  const staying = (spec.initContainers ?? []).filter((each) => each.restartPolicy === "Always");
  return [...spec.containers, ...staying]
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort = 0, protocol = "TCP", hostIP = "" }) =>
      hostPort === 0
        ? []
        : [{ protocol, port: hostPort, address: hostIP === "" ? "0.0.0.0" : hostIP }],
    );
}

function preferredNodesOf(spec: PodSpec): PodFacts["preferredNodes"] {
  const terms = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map(({ weight, preference }) => ({ weight, test: compileNodeTerm(preference) }));
}

function readSpread(spec: PodSpec, labels: Labels): PodFacts["spread"] {
  const constraints = spec.topologySpreadConstraints ?? [];
  const read = (when: string): SpreadFacts[] =>
    constraints
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
      .map((constraint) => readConstraint(constraint, labels));
  return { required: read("DoNotSchedule"), preferred: read("ScheduleAnyway") };
}

function readConstraint(constraint: TopologySpreadConstraint, labels: Labels): SpreadFacts {
  const { labelSelector, matchLabelKeys = [] } = constraint;
  const same = matchLabelKeys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator: "In", values: [value] }];
  });
  const selector =
    labelSelector === undefined
      ? undefined
      : {
          ...labelSelector,
          matchExpressions: [...(labelSelector.matchExpressions ?? []), ...same],
        };
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    honorsSelection: constraint.nodeAffinityPolicy !== "Ignore",
    honorsTaints: constraint.nodeTaintsPolicy === "Honor",
    matches: compileSelector(selector),
  };
}
