import type { Random } from "../../base/index.ts";
import { newRandom } from "../../base/index.ts";
import { formatIpv4, parseIpv4 } from "../../net/index.ts";
import type { Ip } from "../../net/index.ts";
import type { SavedLease } from "../../pool/index.ts";
import { startCore } from "../agent-core.ts";
import type { AgentCore } from "../agent-core.ts";
import { readAgentConfig } from "../config.ts";
import { isRecord } from "../json.ts";
import { Telemetry } from "../metrics/telemetry.ts";
import { cniCall } from "../tiny-agent.ts";
import { TinyCluster } from "../tiny-cluster.ts";
import { INSTANCE, LIMITS, must } from "../tiny-instance.ts";
import { SILENT } from "../tiny-node.ts";
import { TinyTime } from "../tiny-time.ts";
import { TinyWorld } from "../tiny-world.ts";
import type { Environment } from "../variable-reader.ts";
import { addressesOf, faultyEc2, NO_FAULTS, slotsOf } from "./faulty-ec2.ts";
import type { Faults } from "./faulty-ec2.ts";

/** For the tests of this room: a node whose agent is restarted, and whose EC2 fails, as a seed has it. */
export class FaultyNode {
  readonly world: TinyWorld = new TinyWorld();
  readonly time: TinyTime = new TinyTime();
  readonly random: Random;
  readonly cluster: TinyCluster = new TinyCluster();
  /** Pods that have an address. */
  readonly held: Map<string, string> = new Map();
  /** Calls that have no answer yet, by pod. */
  readonly pending: Set<string> = new Set();
  faults: Faults = NO_FAULTS;
  readonly #env: Environment;
  readonly #total: number;
  #saved: readonly SavedLease<Ip>[] = [];
  #agent: { readonly core: AgentCore; readonly stopping: AbortController } | undefined;

  constructor(seed: number, env: Environment) {
    this.random = newRandom(seed);
    this.#env = env;
    this.#total = this.#addresses();
    this.cluster.setNode({ maxPods: 110 });
    this.cluster.configs.set("default", {
      ok: true,
      value: { subnet: INSTANCE.subnet, securityGroups: [] },
    });
  }

  /** Starts an agent; tries again when EC2 does not let it, as a kubelet would. */
  async start(): Promise<void> {
    for (let started = false; !started;) {
      const starting = this.#start().then(
        () => true,
        () => false,
      );
      started = await this.#whilePassing(starting);
      if (!started) await this.time.pass(10_000);
    }
  }

  /** Ends the agent, in whatever it is doing, and starts the next one. */
  async restart(): Promise<void> {
    const agent = must(this.#agent);
    this.#agent = undefined;
    agent.stopping.abort();
    await this.#whilePassing(agent.core.ended.catch(() => undefined));
    await this.start();
  }

  /** CNI ADD, which is not waited for. */
  add(pod: string): void {
    this.#call("ADD", pod, (answer) => {
      const ips = isRecord(answer) ? answer["ips"] : undefined;
      const [first] = Array.isArray(ips) ? (ips as { address: string }[]) : [];
      if (first !== undefined) this.held.set(pod, first.address.replace(/\/\d+$/, ""));
    });
  }

  /** CNI DEL, which is not waited for. */
  remove(pod: string): void {
    this.#call("DEL", pod, () => this.held.delete(pod));
  }

  /** What is wrong now, as sentences. */
  faultsFound(): string[] {
    const addresses = [...this.held.values()];
    const attached = this.world.enis.filter(({ attachment }) => attachment !== undefined);
    const own = new Set(
      attached.flatMap((eni) => [...eni.secondaryIpv4s, ...eni.prefixes.flatMap(addressesOf)]),
    );
    const outside = addresses.filter((text) => !own.has(must(parseIpv4(text))));
    const overfull = attached.filter((eni) => slotsOf(eni) >= LIMITS.ipv4PerEni);
    return [
      ...(new Set(addresses).size < addresses.length ? ["two pods have one address"] : []),
      ...outside.map((text) => `a pod has ${text}, which is on none of the node's ENIs`),
      ...overfull.map(({ id }) => `${id} has more addresses than it can`),
      ...(attached.length > LIMITS.enis ? ["the instance has more ENIs than it can"] : []),
      ...(this.#addresses() === this.#total ? [] : ["addresses were lost or made"]),
    ];
  }

  /** What is left over once all pods are gone and time has passed, as sentences. */
  leaks(): string[] {
    const loose = this.world.enis.filter(({ attachment }) => attachment === undefined);
    const wired = [...this.world.pods.keys()].map((ip) => formatIpv4(ip as never));
    const { assigned } = must(this.#agent).core.pool.stats(this.time.nowMs());
    return [
      ...loose.map(({ id }) => `${id} belongs to nobody`),
      ...wired.map((ip) => `${ip} is wired`),
      ...(assigned === 0 ? [] : [`${assigned} addresses are assigned`]),
    ];
  }

  async #start(): Promise<void> {
    const { world, time, cluster } = this;
    const { metadata, kernel } = world;
    const stopping = new AbortController();
    const ec2 = faultyEc2(world, { random: this.random, time, faults: () => this.faults });
    const core = await startCore(
      { ec2, metadata, kernel, cluster, log: SILENT, time, stopping: stopping.signal },
      {
        config: readAgentConfig(this.#env),
        instance: INSTANCE,
        limits: LIMITS,
        telemetry: new Telemetry({ time, log: SILENT }),
        openCheckpoint: (leases) => ({
          load: () => this.#saved,
          commit: async () => {
            this.#saved = leases();
          },
        }),
      },
    );
    this.#agent = { core, stopping };
  }

  #call(command: "ADD" | "DEL", pod: string, done: (answer: unknown) => void): void {
    const agent = this.#agent;
    if (agent === undefined || this.pending.has(pod)) return;
    this.pending.add(pod);
    const { core, stopping } = agent;
    void core.servable
      .then(() => core.handle(cniCall(command, pod, {}), stopping.signal))
      .then(({ status, stdout }) => {
        if (status === 0) done(JSON.parse(stdout === "" ? "{}" : stdout));
      })
      .finally(() => this.pending.delete(pod));
  }

  async #whilePassing<T>(work: Promise<T>): Promise<T> {
    const progress = { over: false };
    void work.finally(() => {
      progress.over = true;
    });
    await this.time.pass(0);
    while (!progress.over) await this.time.pass(100);
    return work;
  }

  #addresses(): number {
    const { enis, free } = this.world;
    const used = enis.map((eni) => 1 + eni.secondaryIpv4s.length + 16 * eni.prefixes.length);
    return used.reduce((sum, count) => sum + count, free.length);
  }
}
