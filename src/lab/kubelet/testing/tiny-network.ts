import type { NetworkAnswer, NetworkedPod, PodNetwork } from "../pod-network.ts";

/** For tests: a pod network that gives addresses one after the other, and can be told to refuse. */
export class TinyNetwork implements PodNetwork {
  /** What the next calls are refused with, the next first. */
  readonly refusals: string[] = [];
  /** Addresses by the sandboxes that have them. */
  readonly held: Map<string, string> = new Map();
  readonly #listeners = new Set<() => void>();
  #ready = true;
  #next = 20;

  get ready(): boolean {
    return this.#ready;
  }

  set ready(value: boolean) {
    this.#ready = value;
    for (const listener of this.#listeners) listener();
  }

  onReadyChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async add({ sandboxId }: NetworkedPod): Promise<NetworkAnswer> {
    const message = this.refusals.shift();
    if (message !== undefined) return { ok: false, message };
    const address = `10.0.1.${this.#next++}`;
    this.held.set(sandboxId, address);
    return { ok: true, address };
  }

  async remove({ sandboxId }: NetworkedPod): Promise<void> {
    this.held.delete(sandboxId);
  }
}
