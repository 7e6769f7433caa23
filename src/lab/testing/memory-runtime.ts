import { BerthError } from "../../base/index.ts";
import type { Cri, Sandbox } from "../containerd/cri-client.ts";

/** A container runtime in memory. It holds sandboxes and containers, and can be told to refuse. */
export class MemoryRuntime implements Cri {
  readonly sandboxes: Map<string, Sandbox> = new Map();
  readonly containers: Map<string, string> = new Map();
  /** Refusals to come, the next first; each takes one call of that method. */
  readonly refusals: { readonly method: keyof Cri; readonly message: string }[] = [];
  #count = 0;

  ready = async (): Promise<boolean> => true;
  networkReady = async (): Promise<boolean> => true;
  hasImage = async (): Promise<boolean> => true;

  runSandbox: Cri["runSandbox"] = async (spec) => {
    this.#answer("runSandbox");
    const { namespace, name, uid, attempt } = spec;
    const taken = [...this.sandboxes.values()].some((each) => each.name === name && each.ready);
    if (taken) throw new Error(`${name} is running already`);
    const id = `sandbox-${++this.#count}`;
    this.sandboxes.set(id, { id, namespace, name, uid, attempt, ready: true });
    return { sandboxId: id };
  };

  sandboxAddress: Cri["sandboxAddress"] = async (id) => `10.0.0.${id.slice("sandbox-".length)}`;

  stopSandbox: Cri["stopSandbox"] = async (id) => {
    this.#answer("stopSandbox");
    const sandbox = this.sandboxes.get(id);
    if (sandbox !== undefined) this.sandboxes.set(id, { ...sandbox, ready: false });
    for (const [container, owner] of this.containers) {
      if (owner === id) this.containers.delete(container);
    }
  };

  removeSandbox: Cri["removeSandbox"] = async (id) => {
    this.sandboxes.delete(id);
  };

  listSandboxes: Cri["listSandboxes"] = async () => [...this.sandboxes.values()];

  startContainer: Cri["startContainer"] = async ({ sandboxId }) => {
    this.#answer("startContainer");
    const id = `container-${++this.#count}`;
    this.containers.set(id, sandboxId);
    return { containerId: id };
  };

  runningContainers: Cri["runningContainers"] = async (sandboxId) =>
    [...this.containers].flatMap(([id, owner]) =>
      owner === sandboxId ? [{ id, name: "main" }] : [],
    );

  stopContainer: Cri["stopContainer"] = async (id) => {
    this.containers.delete(id);
  };

  exec: Cri["exec"] = async (id, command) => {
    if (!this.containers.has(id)) throw new Error(`no container ${id}`);
    return { stdout: Buffer.from(command.join(" ")), stderr: Buffer.alloc(0), exitCode: 0 };
  };

  close = (): void => undefined;

  #answer(method: keyof Cri): void {
    if (this.refusals[0]?.method !== method) return;
    const message = this.refusals.shift()?.message ?? "";
    throw new BerthError("cri", message, { fix: "none" });
  }
}
