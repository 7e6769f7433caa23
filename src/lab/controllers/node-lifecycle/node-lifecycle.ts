import type { Lease } from "kubernetes-types/coordination/v1";
import type { Node, NodeCondition, Pod } from "kubernetes-types/core/v1";
import { timeText } from "../../../time/index.ts";
import {
  type EventRecorder,
  type Informer,
  type InformerChange,
  isNotFound,
  LEASES,
  NODES,
  PODS,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { conditionOf } from "../objects/condition.ts";
import { nameOf, refOf } from "../objects/meta.ts";
import { isPodReady } from "../objects/pod.ts";
import { every } from "../shell/every.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { look, planNode, type Sight } from "./plan.ts";

const LEASE_NAMESPACE = "kube-node-lease";
// --node-monitor-period
const MONITOR_MS = 5000;

/** Notices nodes that fell silent, and keeps the taints that follow from their state. */
export class NodeLifecycleController implements Controller {
  readonly #shell: Shell;
  readonly #nodes: Informer<Node>;
  readonly #leases: Informer<Lease>;
  readonly #events: EventRecorder;
  readonly #sights = new Map<string, Sight>();
  readonly #loop: Loop;
  readonly #monitor: Controller;
  readonly #stop: () => void;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#nodes = shell.informers.of(NODES);
    this.#leases = shell.informers.of(LEASES);
    this.#events = shell.recorder("node-controller");
    const needs = [this.#nodes, this.#leases, shell.informers.of(PODS)];
    this.#loop = openLoop(shell, { sync: (key) => this.#sync(key), needs, concurrency: 8 });
    this.#stop = this.#nodes.onChange((change) => this.#nodeChanged(change));
    this.#monitor = every(shell, {
      pauseMs: MONITOR_MS,
      needs,
      act: async () => {
        for (const node of this.#nodes.list()) this.#loop.add(nameOf(node));
      },
    });
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#monitor.close();
    await this.#loop.close();
  }

  #nodeChanged({ type, object, old }: InformerChange<Node>): void {
    const name = nameOf(object);
    if (type === "updated") {
      const isSame =
        meansSame(object.spec, old?.spec) &&
        meansSame(statuses(object.status?.conditions), statuses(old?.status?.conditions));
      if (!isSame) this.#loop.add(name);
      return;
    }
    if (type === "deleted") this.#sights.delete(name);
    else this.#loop.add(name);
    const [reason, what] =
      type === "added"
        ? (["RegisteredNode", `Registered Node ${name} in Controller`] as const)
        : (["RemovingNode", `Removing Node ${name} from Controller`] as const);
    const message = `Node ${name} event: ${what}`;
    this.#events.event(object, { type: "Normal", reason, message });
  }

  async #sync(name: string): Promise<undefined> {
    const node = this.#nodes.get({ name });
    if (node === undefined) return undefined;
    const nowMs = this.#shell.time.nowMs();
    const lease = this.#leases.get({ namespace: LEASE_NAMESPACE, name });
    const sight = look(this.#sights.get(name), { node, lease, nowMs });
    this.#sights.set(name, sight);
    const isAllDark = !this.#nodes.list().some(isReady);
    const plan = planNode(node, { sight, nowMs, isAllDark });
    if (plan.conditions.length > 0) await this.#setConditions(node, plan.conditions);
    if (plan.taints !== undefined) {
      const { resourceVersion } = node.metadata ?? {};
      // Our own change of the conditions has just moved the version on; the taints are then set by the next round.
      if (plan.conditions.length > 0) return undefined;
      await this.#shell.client.patch(
        NODES,
        { name },
        { type: "merge", body: { metadata: { resourceVersion }, spec: { taints: plan.taints } } },
      );
    }
    return undefined;
  }

  async #setConditions(node: Node, conditions: readonly NodeCondition[]): Promise<void> {
    await this.#shell.client.patch(
      NODES,
      { name: nameOf(node) },
      { type: "strategic", subresource: "status", body: { status: { conditions } } },
    );
    if (!isReady(node)) return;
    const message = `Node ${nameOf(node)} status is now: NodeNotReady`;
    this.#events.event(node, { type: "Normal", reason: "NodeNotReady", message });
    const pods = this.#shell.podsByNode.get(nameOf(node)).filter(isPodReady);
    await Promise.all(pods.map((pod) => this.#setNotReady(pod)));
  }

  /** Nothing is known of the pods of a silent node: services must not send to them. */
  async #setNotReady(pod: Pod): Promise<void> {
    const lastTransitionTime = timeText(this.#shell.time.nowMs());
    const condition = { type: "Ready", status: "False", lastTransitionTime };
    await this.#shell.client
      .patch(PODS, refOf(pod), {
        type: "strategic",
        subresource: "status",
        body: { status: { conditions: [condition] } },
      })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    const message = "Node is not ready";
    this.#events.event(pod, { type: "Warning", reason: "NodeNotReady", message });
  }
}

function isReady(node: Node): boolean {
  return conditionOf(node.status?.conditions, "Ready")?.status === "True";
}

function statuses(conditions: readonly NodeCondition[] = []): Record<string, string> {
  return Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
}
