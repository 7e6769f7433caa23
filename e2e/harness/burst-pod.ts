import { setTimeout as sleep } from "node:timers/promises";
import { execFileSync } from "node:child_process";
import { createNetns, deleteNetns, netnsPath } from "../../src/dataplane/index.ts";
import { callPlugin, type CniEnd } from "./cni-call.ts";

const ATTEMPTS = 200;
const PAUSE_MS = 100;

/**
 * A pod without containers: a network namespace for which the CNI plugin is called as a runtime calls it. A failed
 * ADD is followed by DEL and by another sandbox with another id, as the kubelet and containerd do.
 */
export class BurstPod {
  readonly name: string;
  readonly #socket: string;
  readonly #ended: () => void;
  #attempt = 0;
  #result: unknown;
  #lastReply: unknown;

  /** `ended` is told of the end of every call of the plugin. */
  constructor({ name, socket, ended }: { name: string; socket: string; ended: () => void }) {
    this.name = name;
    this.#socket = socket;
    this.#ended = ended;
  }

  /** Calls ADD until it succeeds. Returns how often it failed. */
  async start(): Promise<number> {
    for (let failures = 0; failures < ATTEMPTS; failures++) {
      this.#attempt += 1;
      createNetns(this.#netnsName);
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
        deleteNetns(this.#netnsName);
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
    const netns = netnsPath(this.#netnsName);
    const out = execFileSync("nsenter", [`--net=${netns}`, "ip", "-j", "address", "show", "eth0"], {
      encoding: "utf8",
    });
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
      netns: netnsPath(this.#netnsName),
      pod: this.name,
      ...(this.#result === undefined ? {} : { prevResult: this.#result }),
    });
    this.#lastReply = ended.reply;
    this.#ended();
    return ended;
  }
}
