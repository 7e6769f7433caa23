import type { Node, Pod } from "kubernetes-types/core/v1";
import { BerthError, nearest } from "../../base/index.ts";
import {
  DEPLOYMENTS,
  EVENTS,
  type Informer,
  isNotFound,
  type KubeClient,
  NODES,
  openInformer,
  PODS,
} from "../../kube-client/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import { KUBE_SYSTEM } from "../cluster/node-daemon.ts";
import type { Machines } from "../nodes/machines.ts";
import type { CallingNode } from "./call-status.ts";
import { type NodeStatus, nodeStatus } from "./node-status.ts";
import { PodStarts } from "./pod-starts.ts";
import { type PodStatus, podStatus } from "./pod-status.ts";
import type { ExecRequest, ScaleRequest } from "./protocol.ts";

/** The cluster of a lab as `berth lab` shows and changes it. */
export class ClusterView {
  readonly #client: KubeClient;
  readonly #machines: Machines;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #starts: PodStarts;

  /** Begins to follow pods and nodes. The client stays open when the view is closed. */
  constructor(client: KubeClient, machines: Machines) {
    this.#client = client;
    this.#machines = machines;
    this.#pods = openInformer(client, PODS);
    this.#nodes = openInformer(client, NODES);
    this.#starts = new PodStarts(this.#pods);
  }

  /** Every pod of every namespace, followed. */
  get podInformer(): Informer<Pod> {
    return this.#pods;
  }

  /** The machines with what Kubernetes knows of them. */
  nodes(): NodeStatus[] {
    const agents = new Map(
      this.#pods
        .list()
        .filter(({ metadata }) => metadata?.labels?.["k8s-app"] === "aws-node")
        .map((pod) => [pod.spec?.nodeName, pod]),
    );
    return this.#machines.list().map((machine) =>
      nodeStatus(machine, {
        node: this.#nodes.get({ name: machine.nodeName }),
        agentPod: agents.get(machine.nodeName),
      }),
    );
  }

  /** The machines as far as their calls of EC2 are concerned; `nowMs` of the lab's time. */
  callingNodes(nowMs: number): CallingNode[] {
    return this.#machines.list().map(({ name, nodeName, instanceId }) => {
      const created = this.#nodes.get({ name: nodeName })?.metadata?.creationTimestamp;
      const livedMs = created === undefined ? undefined : nowMs - Date.parse(created);
      return { name, instanceId, livedMs, podStarts: this.#starts.on(nodeName) };
    });
  }

  /** Whether the Node of every machine is Ready. */
  allReady(): boolean {
    return this.#machines.list().every(({ nodeName }) => {
      const conditions = this.#nodes.get({ name: nodeName })?.status?.conditions ?? [];
      return conditions.some(({ type, status }) => type === "Ready" && status === "True");
    });
  }

  /** How many pods {@link pods} would show. */
  get podCount(): number {
    return this.#pods.list().reduce((count, pod) => (isShown(pod) ? count + 1 : count), 0);
  }

  /** Those of {@link pods} that have not started yet, in no order. */
  *pendingPods(): Generator<PodStatus> {
    for (const pod of this.#pods.list()) {
      const isPending = (pod.status?.phase ?? "Pending") === "Pending";
      if (isPending && isShown(pod)) yield podStatus(pod, (nodeName) => nodeName);
    }
  }

  /** Every pod but those of kube-system, by namespace and name. */
  pods(): PodStatus[] {
    const names = new Map(this.#machines.list().map(({ nodeName, name }) => [nodeName, name]));
    return this.#pods
      .list()
      .filter(isShown)
      .map((pod) => podStatus(pod, (nodeName) => names.get(nodeName) ?? nodeName))
      .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
  }

  /** Changes how many pods a Deployment has. Throws `unknownWorkload`. */
  async scale({ namespace, name, replicas }: ScaleRequest): Promise<void> {
    const body = { spec: { replicas } };
    try {
      await this.#client.patch(DEPLOYMENTS, { namespace, name }, { type: "merge", body });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const { items } = await this.#client.list(DEPLOYMENTS, {});
      const names = items.map(({ metadata }) => metadata?.name ?? "");
      const [near] = nearest(name, names, 1);
      throw new BerthError("unknownWorkload", `There is no workload ${namespace}/${name}.`, {
        fix:
          near === undefined
            ? `There are: ${names.join(", ") || "none"}.`
            : `Did you mean ${near}?`,
      });
    }
  }

  /** Runs a command in the first container of a pod, or of any running pod of a Deployment. Throws `unknownPod` and `podNotRunning`. */
  async exec({ namespace, name, command }: ExecRequest): Promise<ExecResult> {
    const pod = this.#pods.get({ namespace, name }) ?? this.#podOf(namespace, name);
    if (pod === undefined) throw this.#unknownPod(namespace, name);
    const nodeName = pod.spec?.nodeName;
    const machine = this.#machines.list().find((each) => each.nodeName === nodeName);
    const container = pod.status?.containerStatuses?.[0];
    const id = container?.containerID?.replace(/^[a-z]+:\/\//, "");
    if (machine === undefined || id === undefined || container?.state?.running === undefined) {
      const { message } = podStatus(pod, (node) => node);
      throw new BerthError("podNotRunning", `Pod ${namespace}/${name} is not running.`, {
        fix: message ?? "Wait for it; `berth lab status` shows its state.",
      });
    }
    return this.#machines.exec(machine.instanceId, { containerId: id, command });
  }

  /** How often the sandbox of each pod could not be made so far, by namespace and name, and why the last time. */
  async sandboxFailures(): Promise<ReadonlyMap<string, number>> {
    const { items } = await this.#client.list(EVENTS, {
      fieldSelector: "reason=FailedCreatePodSandBox",
    });
    const counts = new Map<string, number>();
    for (const { involvedObject, count = 1 } of items) {
      const key = `${involvedObject.namespace ?? ""}/${involvedObject.name ?? ""}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
    return counts;
  }

  /** What went wrong with a pod of kube-system the last time, in the kubelet's words; undefined when nothing did. */
  async trouble(pod: string): Promise<string | undefined> {
    const fieldSelector = `involvedObject.name=${pod},type=Warning`;
    const { items } = await this.#client.list(EVENTS, { namespace: KUBE_SYSTEM, fieldSelector });
    return items.at(-1)?.message;
  }

  /** Deletes the Nodes of the machines, as far as the API server is there to do it. */
  async forgetNodes(): Promise<void> {
    const names = this.#machines.list().map(({ nodeName }) => nodeName);
    await Promise.allSettled(names.map((name) => this.#client.delete(NODES, { name })));
  }

  /** Resolves when both are followed. */
  async synced(): Promise<void> {
    await Promise.all([this.#pods.synced, this.#nodes.synced]);
  }

  /** Calls it after every change. */
  onChange(listener: () => void): () => void {
    const stops = [this.#pods.onChange(listener), this.#nodes.onChange(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  close(): void {
    this.#starts.close();
    this.#pods.close();
    this.#nodes.close();
  }

  /** A pod of a workload that runs. */
  #podOf(namespace: string, workload: string): Pod | undefined {
    return this.#pods.list().find((pod) => {
      const status = podStatus(pod, (node) => node);
      const { phase } = status;
      return status.namespace === namespace && status.workload === workload && phase === "Running";
    });
  }

  #unknownPod(namespace: string, name: string): BerthError {
    const names = this.#pods
      .list()
      .filter(({ metadata }) => metadata?.namespace === namespace)
      .map(({ metadata }) => metadata?.name ?? "");
    const near = nearest(name, names);
    return new BerthError("unknownPod", `There is no pod ${namespace}/${name}.`, {
      fix:
        near.length > 0
          ? `Did you mean ${near.join(" or ")}?`
          : "`berth lab status` lists the pods.",
    });
  }
}

function isShown({ metadata }: Pod): boolean {
  return metadata?.namespace !== KUBE_SYSTEM;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
