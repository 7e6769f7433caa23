import { setTimeout as sleep } from "node:timers/promises";
import { callPlugin, type CniEnd } from "./cni-call.ts";
import type { NodeNamespaces } from "./node-namespaces.ts";

const ATTEMPTS = 200;
const PAUSE_MS = 100;

/** Where a pod without containers lives, and who is told of its calls. */
export interface BurstPodOptions {
  readonly name: string;
  /** The agent's socket. */
  readonly socket: string;
  readonly namespaces: NodeNamespaces;
  readonly ended: () => void;
}

/**
 * A pod without containers: a network namespace for which the CNI plugin is called as a runtime calls it. A failed
 * ADD is followed by DEL and by another sandbox with another id, as the kubelet and containerd do.
 */
export class BurstPod {
  readonly name: string;
  readonly #socket: string;
  readonly #namespaces: NodeNamespaces;
  readonly #ended: () => void;
  #attempt = 0;
  #result: unknown;
  #lastReply: unknown;

  /** `ended` is told of the end of every call of the plugin. */
  constructor({ name, socket, namespaces, ended }: BurstPodOptions) {
    this.name = name;
    this.#socket = socket;
    this.#namespaces = namespaces;
    this.#ended = ended;
  }

  /** Calls ADD until it succeeds. Returns how often it failed. */
  async start(): Promise<number> {
    for (let failures = 0; failures < ATTEMPTS; failures++) {
      this.#attempt += 1;
      this.#namespaces.make(this.#netnsName);
      const { status, reply } = await this.#call("ADD");
      if (status === 0) {
        this.#result = reply;
        return failures;
      }
      await this.stop();
      await sleep(PAUSE_MS);
    }
    throw this.#failed("ADD");
  }

  /** Calls DEL until it succeeds, then removes the namespace. Returns how often it failed. */
  async stop(): Promise<number> {
    for (let failures = 0; failures < ATTEMPTS; failures++) {
      const { status } = await this.#call("DEL");
      if (status === 0) {
        this.#namespaces.remove(this.#netnsName);
        this.#result = undefined;
        return failures;
      }
      await sleep(PAUSE_MS);
    }
    throw this.#failed("DEL");
  }

  /** The address that ADD answered with. */
  get answered(): string | undefined {
    const { ips } = this.#result as { ips: { address: string }[] };
    return ips[0]?.address.replace("/32", "");
  }

  /** The addresses that the kernel has in the pod's namespace. */
  get configured(): string[] {
    const command = ["ip", "-j", "address", "show", "eth0"];
    const out = this.#namespaces.inside(this.#netnsName, command);
    const [link] = JSON.parse(out) as { addr_info: { family: string; local: string }[] }[];
    return link?.addr_info.flatMap(({ family, local }) => (family === "inet" ? [local] : [])) ?? [];
  }

  get #netnsName(): string {
    return `berth-e2e-${this.name}-${this.#attempt}`;
  }

  #failed(command: string): Error {
    const last = JSON.stringify(this.#lastReply);
    return new Error(`${command} of ${this.name} failed ${ATTEMPTS} times, at last with ${last}`);
  }

  async #call(command: "ADD" | "DEL"): Promise<CniEnd> {
    const ended = await callPlugin({
      command,
      socket: this.#socket,
      containerId: `${this.name}-${this.#attempt}`,
      netns: `/run/netns/${this.#netnsName}`,
      pod: this.name,
      ...(this.#result === undefined ? {} : { prevResult: this.#result }),
    });
    this.#lastReply = ended.reply;
    this.#ended();
    return ended;
  }
}
