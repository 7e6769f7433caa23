import type { Pod, PodStatus } from "kubernetes-types/core/v1";
import { timeMs } from "../../time/index.ts";
import type { KubeClient } from "../../kube-client/index.ts";
import type { Rejection } from "./admission.ts";
import { Alarm } from "./alarm.ts";
import { BackOff, KUBELET_BACK_OFF } from "./back-off.ts";
import { matters } from "./pod-change.ts";
import type { PodContext } from "./pod-context.ts";
import { killPod } from "./pod-killer.ts";
import { letGo, removePod } from "./pod-removal.ts";
import { mergedStatus, podStatus, type PodVerdict, rejectedStatus } from "./pod-status.ts";
import { failedKill, graceOf, type PodMemory, type StepOutcome, stepPod } from "./pod-sync.ts";
import { podParts, type PodView, type ProbeView } from "./pod-view.ts";
import { NO_PROBES, PodProbes } from "./probes/pod-probes.ts";
import type { RuntimeSandbox } from "./runtime.ts";
import { withLastWords } from "./termination-message.ts";

const RUNTIME_RETRY_MS = 10_000;
/** How often what comes from the API into a pod's files is looked at again. */
const REFRESH_MS = 60_000;
const DELETE_RETRY_MS = 1000;

/** What a worker needs beside what all pods share. */
export interface PodWorkerOptions {
  readonly context: PodContext;
  readonly client: KubeClient;
  /** Why the kubelet does not take this pod; undefined when it does. */
  readonly rejection: Rejection | undefined;
  /** Called when nothing is left of the pod on this node. */
  readonly onGone: () => void;
}

/** Keeps one pod as its spec wants it, from its binding to its removal. One thing at a time. */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #context: PodContext;
  readonly #memory: PodMemory;
  readonly #alarm: Alarm;
  readonly #probes: PodProbes | undefined;
  /** While the pod's containers are being ended: those, and the grace they were given. */
  #killing: { readonly sandboxes: readonly RuntimeSandbox[]; graceSeconds: number } | undefined;
  #pod: Pod;
  /** Whether the pod has left the API. */
  #removed = false;
  #failure: PodVerdict["failure"];
  #ended = false;
  #status: PodStatus | undefined;
  #dirty = false;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(pod: Pod, options: PodWorkerOptions) {
    const { context, rejection } = options;
    this.#pod = pod;
    this.#options = options;
    this.#context = context;
    this.#memory = {
      waiting: new Map(),
      backOff: new BackOff(KUBELET_BACK_OFF),
      volumeFailures: 0,
    };
    this.#alarm = new Alarm(context.time, () => this.wake());
    if (rejection !== undefined) {
      const { reason, message } = rejection;
      this.#failure = { reason, message: `Pod was rejected: ${message}` };
    }
    const { network, runtime, events, time, node } = context;
    if (network !== undefined) {
      const onChange = (): void => this.wake();
      const hostAddress = node.address;
      this.#probes = new PodProbes({ runtime, network, events, time, hostAddress, onChange });
    }
  }

  /** The pod as it is known, with the status that this kubelet gave it. */
  get pod(): Pod {
    return this.#status === undefined ? this.#pod : { ...this.#pod, status: this.#status };
  }

  /** Whether the pod still counts among those of the node. */
  get active(): boolean {
    const phase = this.#status?.phase ?? this.#pod.status?.phase;
    return this.#failure === undefined && phase !== "Succeeded" && phase !== "Failed";
  }

  /** Takes over a newer version of the pod. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    if (matters(before, pod)) this.wake();
    this.#hasten();
  }

  /** The pod has left the API: ends what runs of it. */
  remove(): void {
    this.#removed = true;
    this.wake();
    this.#hasten();
  }

  /** Looks at the pod soon, and once more if it is being looked at. */
  wake(): void {
    this.#dirty = true;
    this.#running ??= this.#run();
  }

  /** Does nothing any more. Resolves when what was under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.clear();
    this.#probes?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    // The change that woke us may be one of several.
    await Promise.resolve();
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      this.#alarm.clear();
      try {
        await this.#sync();
      } catch (error) {
        // The runtime does not answer, or lost something while it was listed. Whatever else is a bug.
        if (!(error instanceof Error && "code" in error && error.code === "cri")) {
          this.#context.onBug(error);
        }
        this.#alarm.setAfter(RUNTIME_RETRY_MS);
      }
    }
    this.#running = undefined;
  }

  async #sync(): Promise<void> {
    let outcome: StepOutcome = { kind: "done" };
    while (outcome.kind === "done" && !this.#closed) {
      const view = await this.#look();
      if (this.#mustEnd(view)) return this.#end(view.sandboxes);
      // A status that the next step will change is not worth a request.
      this.#report(view, "settling");
      outcome = await stepPod(this.#context, view, this.#memory);
      if (outcome.kind === "finished") return this.#end(view.sandboxes);
    }
    if (this.#closed) return;
    this.#report(await this.#look(), "settled");
    if (outcome.kind === "wait" && outcome.retryMs !== undefined)
      this.#alarm.setAfter(outcome.retryMs);
    await this.#refresh();
  }

  async #look(): Promise<PodView> {
    const { runtime, volumes, time } = this.#context;
    const { uid } = podParts(this.#pod);
    const found = await runtime.list(uid);
    const sandboxes = volumes === undefined ? found : withLastWords(this.#pod, found, volumes);
    this.#probes?.sync(this.#pod, sandboxes[0]);
    const probes: ProbeView = this.#probes ?? NO_PROBES;
    const pod = { ...this.#pod, status: mergedStatus(this.#pod.status, this.#status) };
    return { pod, sandboxes, waiting: this.#memory.waiting, probes, nowMs: time.nowMs() };
  }

  #report(view: PodView, settling: "settling" | "settled"): void {
    const verdict = { failure: this.#failure, ended: this.#ended };
    const status =
      this.#options.rejection === undefined
        ? podStatus(view, verdict, { hostAddress: this.#context.node.address })
        : rejectedStatus(view, this.#failure);
    this.#status = status;
    if (!this.#removed) this.#context.statuses.set(this.#pod, status, settling);
  }

  #mustEnd({ pod, nowMs }: PodView): boolean {
    const { metadata, spec, status } = pod;
    const { activeDeadlineSeconds } = spec ?? {};
    const startedMs = timeMs(status?.startTime);
    if (activeDeadlineSeconds !== undefined && startedMs !== undefined && this.active) {
      const leftMs = startedMs + activeDeadlineSeconds * 1000 - nowMs;
      if (leftMs > 0) this.#alarm.setAfter(leftMs);
      else {
        const message = "Pod was active on the node longer than the specified deadline";
        this.#failure = { reason: "DeadlineExceeded", message };
      }
    }
    return this.#removed || metadata?.deletionTimestamp !== undefined || !this.active;
  }

  /** Ends what runs, says so, and lets the API forget a pod that is being deleted. */
  async #end(sandboxes: readonly RuntimeSandbox[]): Promise<void> {
    if (!this.#ended) {
      try {
        this.#killing = { sandboxes, graceSeconds: this.#grace() };
        await killPod(this.#context, this.#pod, this.#killing);
      } catch (error) {
        const outcome = failedKill(this.#context, this.#pod, error);
        if (outcome.kind === "wait") this.#alarm.setAfter(outcome.retryMs ?? 0);
        return;
      }
      this.#killing = undefined;
      this.#ended = true;
    }
    this.#report(await this.#look(), "settled");
    if (!this.#removed && this.#pod.metadata?.deletionTimestamp === undefined) return;
    const { uid } = podParts(this.#pod);
    await this.#context.statuses.flushed(uid);
    if (!this.#removed && !(await letGo(this.#options.client, this.#pod))) {
      this.#alarm.setAfter(DELETE_RETRY_MS);
      return;
    }
    await this.#forget(sandboxes);
  }

  /** Ends containers that are already ending sooner, when the pod's grace has become shorter. */
  #hasten(): void {
    const graceSeconds = this.#grace();
    if (this.#killing === undefined || this.#killing.graceSeconds <= graceSeconds) return;
    this.#killing.graceSeconds = graceSeconds;
    const { runtime } = this.#context;
    for (const { id } of this.#killing.sandboxes.flatMap(({ containers }) => containers)) {
      // Those that have ended meanwhile can't be stopped.
      void runtime.stopContainer(id, graceSeconds).catch(() => undefined);
    }
  }

  /** How long containers get, in seconds: what the deletion says; 1 when nobody waits for them. */
  #grace(): number {
    const { metadata } = this.#pod;
    if (this.#removed) return 1;
    if (metadata?.deletionTimestamp === undefined) return graceOf(this.#pod);
    return Math.max(metadata.deletionGracePeriodSeconds ?? graceOf(this.#pod), 1);
  }

  async #forget(sandboxes: readonly RuntimeSandbox[]): Promise<void> {
    await removePod(this.#context, this.#pod, sandboxes);
    this.#closed = true;
    this.#alarm.clear();
    this.#probes?.close();
    this.#options.onGone();
  }

  /** Brings files that come from the API up to date from time to time. */
  async #refresh(): Promise<void> {
    const { volumes } = this.#context;
    if (volumes?.changes(this.#pod) !== true) return;
    if (this.#status?.phase === "Running") await volumes.setUp(this.#pod);
    this.#alarm.setAfter(REFRESH_MS);
  }
}
