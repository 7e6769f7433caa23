import { isDeepStrictEqual } from "node:util";
import type { Node, NodeCondition, NodeStatus } from "kubernetes-types/core/v1";
import { isAlreadyExists, type KubeClient, NODES } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import type { KubeletNode } from "./kubelet-node.ts";
import {
  nodeLabels,
  nodeObject,
  nodeStatus,
  notReadyReason,
  type RuntimeView,
} from "./node-object.ts";
import { keepLease } from "./node-lease.ts";
import type { KubeletEvents } from "./pod-events.ts";
import type { ContainerRuntime, RuntimeImage } from "./runtime.ts";

/** What keeping a Node needs. */
export interface NodeKeeperOptions {
  readonly node: KubeletNode;
  readonly client: KubeClient;
  readonly runtime: ContainerRuntime;
  readonly events: KubeletEvents;
  readonly time: Time;
  /** Of the kubelet's server. */
  readonly port: number;
  /** Told when the runtime has another state than before. */
  readonly onRuntimeChange: () => void;
  readonly onBug: (error: unknown) => void;
}

const STATUS_MS = 10_000;
const REPORT_MS = 300_000;
/** Until the node is ready for the first time it is looked at more often, as a kubelet does after its start. */
const START_STATUS_MS = 1000;
const REGISTER_RETRY_MS = 1000;

/** Registers a Node, renews its lease, and reports its status when it changes, or every 5 minutes. */
export class NodeKeeper {
  readonly #options: NodeKeeperOptions;
  readonly #stop = new AbortController();
  #runtimeView: RuntimeView = { kind: "unknown" };
  #images: readonly RuntimeImage[] = [];
  #conditions: readonly NodeCondition[] = [];
  #reported: NodeStatus | undefined;
  #reportedMs = 0;
  #everReady = false;
  #uid: string | undefined;
  #checking: Promise<void> | undefined;
  #again = false;

  constructor(options: NodeKeeperOptions) {
    this.#options = options;
  }

  /** What the runtime said last. */
  get runtimeView(): RuntimeView {
    return this.#runtimeView;
  }

  /** Makes the Node, or takes over the one that is there; tries until that is done. */
  async register(): Promise<void> {
    const { client, events, node, time } = this.#options;
    events.node({ type: "Normal", reason: "Starting", message: "Starting kubelet." });
    await this.#lookAtRuntime();
    // An API server that is not there yet is asked again.
    while (!(await this.#registered()) && !this.#stop.signal.aborted) {
      await time.sleep(REGISTER_RETRY_MS, { signal: this.#stop.signal });
    }
    for (const reason of [
      "NodeHasSufficientMemory",
      "NodeHasNoDiskPressure",
      "NodeHasSufficientPID",
    ]) {
      this.#say(reason);
    }
    const message = "Updated Node Allocatable limit across pods";
    events.node({ type: "Normal", reason: "NodeAllocatableEnforced", message });
    void this.#keepStatus();
    void keepLease({ client, node, time, uid: this.#uid, signal: this.#stop.signal });
  }

  /** Looks at the runtime at once, and reports what has changed. */
  check(): void {
    if (this.#checking !== undefined) {
      this.#again = true;
      return;
    }
    this.#checking = this.#checkOnce().finally(() => {
      this.#checking = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.check();
    });
  }

  /** Reports nothing any more. */
  close(): void {
    this.#stop.abort();
  }

  async #registered(): Promise<boolean> {
    try {
      await this.#registerOnce();
      return true;
    } catch {
      return false;
    }
  }

  async #registerOnce(): Promise<void> {
    const { client, node } = this.#options;
    const status = this.#status();
    try {
      const made = await client.create(NODES, nodeObject(node, status));
      this.#uid = made.metadata?.uid;
      // Servers keep the status of a Node that is made, as they do of nothing else.
      if (made.status?.nodeInfo !== undefined) this.#remember(status);
      else await this.#report(status);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#takeOver();
    }
  }

  /** Goes on with the Node of an earlier kubelet of this machine. */
  async #takeOver(): Promise<void> {
    const { client, node } = this.#options;
    const body = { metadata: { labels: nodeLabels(node) } };
    const known = await client.patch(NODES, { name: node.name }, { type: "merge", body });
    this.#uid = known.metadata?.uid;
    this.#conditions = known.status?.conditions ?? [];
    await this.#report(this.#status());
  }

  async #keepStatus(): Promise<void> {
    const { time } = this.#options;
    const { signal } = this.#stop;
    const asleep = async (): Promise<boolean> => {
      await time.sleep(this.#everReady ? STATUS_MS : START_STATUS_MS, { signal });
      return !signal.aborted;
    };
    while (await asleep()) this.check();
  }

  async #checkOnce(): Promise<void> {
    await this.#lookAtRuntime();
    if (this.#stop.signal.aborted) return;
    const { time } = this.#options;
    const status = this.#status();
    const due = time.nowMs() - this.#reportedMs >= REPORT_MS;
    if (!due && isDeepStrictEqual(timeless(status), timeless(this.#reported))) return;
    try {
      await this.#report(status);
    } catch {
      // A Node that was deleted is not made again before the next start; an API server that is silent is tried again.
      this.#reported = undefined;
    }
  }

  async #lookAtRuntime(): Promise<void> {
    const { runtime, onRuntimeChange } = this.#options;
    const before = notReadyReason(this.#runtimeView);
    try {
      const [status, images] = await Promise.all([runtime.status(), runtime.images()]);
      this.#runtimeView = { kind: "answered", status };
      this.#images = images;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#runtimeView = { kind: "silent", message };
    }
    if (notReadyReason(this.#runtimeView) !== before) onRuntimeChange();
  }

  #status(): NodeStatus {
    const { node, port, time } = this.#options;
    return nodeStatus({
      node,
      port,
      runtime: this.#runtimeView,
      images: this.#images,
      nowMs: time.nowMs(),
      conditions: this.#conditions,
    });
  }

  async #report(status: NodeStatus): Promise<void> {
    const { client, node } = this.#options;
    const patch = { type: "strategic", body: { status }, subresource: "status" } as const;
    await client.patch<Node>(NODES, { name: node.name }, patch);
    this.#remember(status);
  }

  #remember(status: NodeStatus): void {
    const { time } = this.#options;
    const wasReady = isReady(this.#conditions);
    const now = isReady(status.conditions ?? []);
    if (wasReady !== now && (this.#everReady || now)) this.#say(now ? "NodeReady" : "NodeNotReady");
    this.#everReady ||= now;
    this.#conditions = status.conditions ?? [];
    this.#reported = status;
    this.#reportedMs = time.nowMs();
  }

  #say(reason: string): void {
    const { events, node } = this.#options;
    const message = `Node ${node.name} status is now: ${reason}`;
    events.node({ type: "Normal", reason, message });
  }
}

function isReady(conditions: readonly NodeCondition[]): boolean {
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/** A status without the times of its conditions. */
function timeless(status: NodeStatus | undefined): unknown {
  return {
    ...status,
    conditions: (status?.conditions ?? []).map(({ type, status: value, reason, message }) => ({
      type,
      value,
      reason,
      message,
    })),
  };
}
