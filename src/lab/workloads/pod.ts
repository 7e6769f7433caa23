import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { BerthError } from "../../base/index.ts";
import type { Cri, ExecResult, SandboxSpec } from "../containerd/cri-client.ts";
import { ECHO_IMAGE } from "../image/lab-images.ts";
import type { Gate } from "./gate.ts";

/** What is known of a pod. Phases as in Kubernetes; `Terminating` is shown by kubectl, though it is no phase. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  /** Undefined while no node has room. */
  readonly node: string | undefined;
  readonly phase: "Pending" | "Running" | "Terminating";
  /** The pod's IPv4 address, once it has one. */
  readonly address: string | undefined;
  /** Why it is not running: the runtime's own words. */
  readonly message: string | undefined;
  /** How often it could not be started, or stopped. */
  readonly failures: number;
}

/** Where a pod runs. */
export interface PodHome {
  readonly node: string;
  readonly cri: Cri;
  /** Lets so many pods of the node start at once. */
  readonly gate: Gate;
  readonly cgroupParent: string;
  readonly logDir: string;
  readonly backOff: BackOff;
}

/** How long to wait before a failed attempt is repeated: first, doubling, at most. */
export interface BackOff {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Shorter than a kubelet's, for people who watch. */
export const POD_BACK_OFF: BackOff = { firstMs: 1000, lastMs: 10_000 };

/** Which pod. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
}

const GRACE_SECONDS = 2;

/** One pod on one node, from its start until it is stopped. */
export class Pod {
  readonly identity: PodIdentity;
  readonly #home: PodHome;
  readonly #uid = randomUUID();
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  readonly #closed = new AbortController();
  readonly #ended: Promise<void>;
  #phase: PodStatus["phase"] = "Pending";
  #address: string | undefined;
  #message: string | undefined;
  #failures = 0;
  #containerId: string | undefined;
  #sandbox: PodSandbox | undefined;

  /** Begins to start the pod. `changed` is called when its status is another. */
  constructor(identity: PodIdentity, home: PodHome, changed: () => void) {
    this.identity = identity;
    this.#home = home;
    this.#changed = changed;
    this.#ended = this.#start();
  }

  get status(): PodStatus {
    return {
      ...this.identity,
      node: this.#home.node,
      phase: this.#phase,
      address: this.#address,
      message: this.#message,
      failures: this.#failures,
    };
  }

  /** Runs a command in the pod's container. */
  async exec(command: readonly string[]): Promise<ExecResult> {
    if (this.#containerId === undefined) {
      const { namespace, name } = this.identity;
      throw new BerthError("podNotRunning", `Pod ${namespace}/${name} is not running.`, {
        fix: this.#message ?? "Wait for it; `berth lab status` shows its state.",
      });
    }
    return this.#home.cri.exec(this.#containerId, command);
  }

  /** Ends the pod, whatever it is doing, and resolves when the runtime has forgotten it. Tries until it succeeds. */
  async stop(): Promise<void> {
    this.#phase = "Terminating";
    this.#stop.abort();
    this.#changed();
    await this.#ended;
    await this.#untilDone(() => this.#end(), this.#closed.signal);
  }

  /** Tries nothing any more; the pod stays as it is. */
  close(): void {
    this.#stop.abort();
    this.#closed.abort();
  }

  /** Tries until the pod runs or is to stop. */
  async #start(): Promise<void> {
    const { signal } = this.#stop;
    await this.#untilDone(async () => {
      if (!signal.aborted) await this.#home.gate.pass(() => this.#attempt());
    }, signal);
  }

  /** Repeats a failing action, waiting longer each time, and keeps what it says. */
  async #untilDone(action: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { firstMs, lastMs } = this.#home.backOff;
    for (let waitMs = firstMs; ; waitMs = Math.min(2 * waitMs, lastMs)) {
      try {
        await action();
        return;
      } catch (error) {
        this.#failures += 1;
        this.#message = error instanceof Error ? error.message : String(error);
        this.#changed();
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  async #end(): Promise<void> {
    const { cri } = this.#home;
    if (this.#containerId !== undefined) await cri.stopContainer(this.#containerId, GRACE_SECONDS);
    if (this.#sandbox === undefined) return;
    await cri.stopSandbox(this.#sandbox.id);
    await cri.removeSandbox(this.#sandbox.id);
  }

  async #attempt(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { cri } = this.#home;
    // A sandbox whose container could not be started is used again, as a kubelet does.
    const { id, spec } = (this.#sandbox ??= await this.#makeSandbox());
    this.#address = await cri.sandboxAddress(id);
    const container = { sandboxId: id, sandbox: spec, name: "main", image: ECHO_IMAGE };
    this.#containerId = (await cri.startContainer(container)).containerId;
    this.#message = undefined;
    if (this.#phase === "Pending") this.#phase = "Running";
    this.#changed();
  }

  async #makeSandbox(): Promise<PodSandbox> {
    const { cri, cgroupParent, logDir } = this.#home;
    const { namespace, name } = this.identity;
    const spec: SandboxSpec = {
      namespace,
      name,
      uid: this.#uid,
      attempt: this.#failures,
      cgroupParent,
      logDir: `${logDir}/${namespace}_${name}`,
    };
    return { spec, id: (await cri.runSandbox(spec)).sandboxId };
  }
}

/** A sandbox that the runtime has made. */
interface PodSandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
}
