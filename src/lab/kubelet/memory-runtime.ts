import { BerthError } from "../../base/index.ts";
import type { Time } from "../../time/index.ts";
import {
  gone,
  type MemoryContainer,
  type MemorySandbox,
  networkedPod,
  simulated,
  view,
} from "./memory-sandbox.ts";
import type { PodNetwork } from "./pod-network.ts";
import type { StartProgram } from "./program.ts";
import type { ContainerRuntime, RuntimeEvent, RuntimeImage } from "./runtime.ts";
import { rpcText } from "./runtime-text.ts";

/** What a runtime in memory needs. */
export interface MemoryRuntimeOptions {
  readonly network: PodNetwork;
  readonly time: Time;
  /** What runs in containers, where anything does. */
  readonly startProgram?: StartProgram | undefined;
}

/** How long the containers of a pod run before they end with exit code 0, in seconds; for ever without it. */
export const RUN_SECONDS_ANNOTATION = "berth.dev/run-seconds";

const SIGKILLED = 137;
const SIGTERMED = 143;

/**
 * A runtime of a simulated node. Sandboxes ask `network` for their address; containers start at once and run for ever, or
 * end with exit code 0 after the seconds in the pod's annotation `berth.dev/run-seconds`, or when their program does. Any
 * image is there.
 */
export function openMemoryRuntime(options: MemoryRuntimeOptions): ContainerRuntime {
  return new MemoryRuntime(options);
}

class MemoryRuntime implements ContainerRuntime {
  readonly #network: PodNetwork;
  readonly #time: Time;
  readonly #startProgram: StartProgram;
  readonly #sandboxes = new Map<string, MemorySandbox>();
  readonly #ofPod = new Map<string, MemorySandbox[]>();
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  readonly #images = new Map<string, RuntimeImage>();
  readonly #forgetNetwork: () => void;
  #count = 0;

  constructor({ network, time, startProgram = () => undefined }: MemoryRuntimeOptions) {
    this.#network = network;
    this.#time = time;
    this.#startProgram = startProgram;
    this.#forgetNetwork = network.onReadyChange(() => this.#tell({ kind: "status" }));
  }

  status: ContainerRuntime["status"] = async () => {
    const { ready } = this.#network;
    const reason = "NetworkPluginNotReady";
    const message = "Network plugin returns error: cni plugin not initialized";
    return {
      name: "containerd",
      version: "2.1.4",
      runtime: { ready: true, reason: "", message: "" },
      network: ready ? { ready, reason: "", message: "" } : { ready, reason, message },
    };
  };

  onEvent: ContainerRuntime["onEvent"] = (listener) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  list: ContainerRuntime["list"] = async (uid) => {
    const found = uid === undefined ? [...this.#sandboxes.values()] : (this.#ofPod.get(uid) ?? []);
    return found.map(view).toSorted((a, b) => b.attempt - a.attempt || b.createdMs - a.createdMs);
  };

  runSandbox: ContainerRuntime["runSandbox"] = async (spec) => {
    const id = this.#newId();
    let addresses: readonly string[] = [];
    if (!spec.host.network) {
      const answer = await this.#network.add(networkedPod(id, spec));
      if (!answer.ok) {
        const why = `failed to setup network for sandbox "${id}": ${answer.message}`;
        throw new BerthError("cri", rpcText("UNKNOWN", why), {
          fix: "The pod is tried again; what the message names has to change first.",
        });
      }
      addresses = [answer.address];
    }
    const createdMs = this.#time.nowMs();
    const connected = !spec.host.network;
    const containers = new Map<string, MemoryContainer>();
    const sandbox = { id, spec, createdMs, addresses, ready: true, connected, containers };
    this.#sandboxes.set(id, sandbox);
    const others = this.#ofPod.get(spec.uid);
    if (others === undefined) this.#ofPod.set(spec.uid, [sandbox]);
    else others.push(sandbox);
    return id;
  };

  stopSandbox: ContainerRuntime["stopSandbox"] = async (sandboxId) => {
    const sandbox = this.#sandboxes.get(sandboxId);
    if (sandbox === undefined) return;
    for (const container of sandbox.containers.values()) this.#end(container, SIGKILLED);
    sandbox.ready = false;
    if (!sandbox.connected) return;
    await this.#network.remove(networkedPod(sandboxId, sandbox.spec));
    sandbox.connected = false;
  };

  removeSandbox: ContainerRuntime["removeSandbox"] = async (sandboxId) => {
    const sandbox = this.#sandboxes.get(sandboxId);
    if (sandbox === undefined) return;
    this.#sandboxes.delete(sandboxId);
    const { uid } = sandbox.spec;
    const rest = (this.#ofPod.get(uid) ?? []).filter(({ id }) => id !== sandboxId);
    if (rest.length === 0) this.#ofPod.delete(uid);
    else this.#ofPod.set(uid, rest);
  };

  findImage: ContainerRuntime["findImage"] = async (name) => {
    const known = this.#images.get(name);
    if (known !== undefined) return known;
    const image = { id: `sha256:${this.#newId()}`, names: [name], bytes: 0 };
    this.#images.set(name, image);
    return image;
  };

  pullImage: ContainerRuntime["pullImage"] = async (name) =>
    (await this.findImage(name)) ?? { id: name, names: [name], bytes: 0 };

  images: ContainerRuntime["images"] = async () => [...this.#images.values()];

  createContainer: ContainerRuntime["createContainer"] = async (spec) => {
    const sandbox = this.#sandboxes.get(spec.sandboxId);
    if (sandbox?.ready !== true) throw gone("sandbox", spec.sandboxId);
    const id = this.#newId();
    sandbox.containers.set(id, {
      spec,
      stop: new AbortController(),
      program: undefined,
      container: {
        id,
        name: spec.name,
        attempt: spec.attempt,
        image: spec.image,
        imageId: spec.imageId,
        createdMs: this.#time.nowMs(),
        state: { kind: "created" },
        logPath: "",
        annotations: spec.annotations,
      },
    });
    return id;
  };

  startContainer: ContainerRuntime["startContainer"] = async (containerId) => {
    const found = this.#find(containerId);
    if (found === undefined) throw gone("container", containerId);
    const state = { kind: "running", startedMs: this.#time.nowMs() } as const;
    const program = this.#startProgram(found.spec);
    found.program = program;
    found.container = { ...found.container, state, logPath: program?.logPath ?? "" };
    void program?.ended.then((exitCode) => this.#end(found, exitCode));
    const seconds = Number(found.spec.sandbox.annotations[RUN_SECONDS_ANNOTATION]);
    if (!Number.isFinite(seconds)) return;
    const { signal } = found.stop;
    void this.#time.sleep(seconds * 1000, { signal }).then(() => this.#end(found, 0));
  };

  stopContainer: ContainerRuntime["stopContainer"] = async (containerId, graceSeconds) => {
    const found = this.#find(containerId);
    if (found !== undefined) this.#end(found, graceSeconds === 0 ? SIGKILLED : SIGTERMED);
  };

  removeContainer: ContainerRuntime["removeContainer"] = async (containerId) => {
    for (const { containers } of this.#sandboxes.values()) containers.delete(containerId);
  };

  exec: ContainerRuntime["exec"] = async (containerId, command) => {
    const program = this.#find(containerId)?.program;
    if (program === undefined) throw simulated("run commands in containers");
    return program.exec(command);
  };

  streamUrl: ContainerRuntime["streamUrl"] = async () => {
    throw simulated("attach to containers, run commands in them or forward their ports");
  };

  close: ContainerRuntime["close"] = () => {
    this.#forgetNetwork();
    this.#listeners.clear();
    for (const { containers } of this.#sandboxes.values()) {
      for (const { stop, program } of containers.values()) {
        stop.abort();
        program?.stop();
      }
    }
  };

  #end(found: MemoryContainer, exitCode: number): void {
    const { state } = found.container;
    if (state.kind !== "running") return;
    found.stop.abort();
    found.program?.stop();
    const finishedMs = this.#time.nowMs();
    const reason = exitCode === 0 ? "Completed" : "Error";
    found.container = {
      ...found.container,
      state: { ...state, kind: "exited", finishedMs, exitCode, reason, message: "" },
    };
    this.#tell({ kind: "pod", uid: found.spec.sandbox.uid });
  }

  #find(containerId: string): MemoryContainer | undefined {
    for (const { containers } of this.#sandboxes.values()) {
      const found = containers.get(containerId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** As long as containerd's ids, and never the same twice on one node. */
  #newId(): string {
    return (++this.#count).toString(16).padStart(64, "0");
  }
}
