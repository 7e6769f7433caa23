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
}

/** Which pod. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
}

const FIRST_BACK_OFF_MS = 1000;
const LAST_BACK_OFF_MS = 10_000;
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
  #sandboxId: string | undefined;

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

  /** Repeats a failing action after 1, 2, 4, 8 and from then on 10 seconds, and keeps what it says. */
  async #untilDone(action: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (
      let backOffMs = FIRST_BACK_OFF_MS;
      ;
      backOffMs = Math.min(2 * backOffMs, LAST_BACK_OFF_MS)
    ) {
      try {
        await action();
        return;
      } catch (error) {
        this.#failures += 1;
        this.#message = error instanceof Error ? error.message : String(error);
        this.#changed();
      }
      await sleep(backOffMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  async #end(): Promise<void> {
    const { cri } = this.#home;
    if (this.#containerId !== undefined) await cri.stopContainer(this.#containerId, GRACE_SECONDS);
    if (this.#sandboxId !== undefined) await removeSandbox(cri, this.#sandboxId);
  }

  async #attempt(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { cri, cgroupParent, logDir } = this.#home;
    const { namespace, name } = this.identity;
    const sandbox: SandboxSpec = {
      namespace,
      name,
      uid: this.#uid,
      attempt: this.#failures,
      cgroupParent,
      logDir: `${logDir}/${namespace}_${name}`,
    };
    const { sandboxId } = await cri.runSandbox(sandbox);
    try {
      const container = { sandboxId, sandbox, name: "main", image: ECHO_IMAGE };
      const { containerId } = await cri.startContainer(container);
      this.#address = await cri.sandboxAddress(sandboxId);
      this.#containerId = containerId;
      this.#sandboxId = sandboxId;
    } catch (error) {
      await removeSandbox(cri, sandboxId);
      throw error;
    }
    this.#message = undefined;
    if (this.#phase === "Pending") this.#phase = "Running";
    this.#changed();
  }
}

async function removeSandbox(cri: Cri, sandboxId: string): Promise<void> {
  await cri.stopSandbox(sandboxId);
  await cri.removeSandbox(sandboxId);
}
