import { rm } from "node:fs/promises";
import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import { AGENT_IMAGE } from "../image/lab-images.ts";
import { accessKeyOf } from "../imds/index.ts";
import type { InstanceReader } from "../imds/index.ts";
import {
  type ApiServerService,
  type Kubelet,
  openMemoryRuntime,
  type PodSplitter,
  type Program,
  startKubelet,
  type StartProgram,
} from "../kubelet/index.ts";
import { kubeletNode } from "../nodes/kernel-machine.ts";
import type { MachineFacts } from "../nodes/machine-facts.ts";
import type { MachineStatus } from "../nodes/machines.ts";
import { startAgentContainer } from "./agent-container.ts";
import { AgentNetwork } from "./agent-network.ts";
import type { SimulatedAgents } from "./simulated-agents.ts";

/** What all simulated machines of a lab share. */
export interface SimulatedSite {
  readonly client: KubeClient;
  readonly pods: PodSplitter;
  readonly time: Time;
  readonly agents: SimulatedAgents;
  readonly apiServer: ApiServerService;
  readonly serverToken: string;
  /** Where a machine of that name keeps its agents' logs. */
  readonly dirOf: (name: string) => string;
  readonly onBug: (error: unknown) => void;
}

/** An instance as a machine without a kernel: a kubelet over a runtime in memory, and the agent's logic. */
export class SimulatedMachine {
  readonly facts: MachineFacts;
  readonly #site: SimulatedSite;
  readonly #metadata: InstanceReader;
  readonly #network = new AgentNetwork();
  #starting: Promise<void> = Promise.resolve();
  #kubelet: Kubelet | undefined;
  #failure: string | undefined;
  #closed = false;

  constructor(facts: MachineFacts, site: SimulatedSite, metadata: InstanceReader) {
    this.facts = facts;
    this.#site = site;
    this.#metadata = metadata;
  }

  get status(): MachineStatus {
    return { ...this.facts, failure: this.#failure, place: undefined };
  }

  /** Begins to start it. */
  start(): void {
    this.#starting = this.#start().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error.message : String(error);
    });
  }

  /** Resolves when it has started, or has failed to. */
  get started(): Promise<void> {
    return this.#starting;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting;
    await this.#kubelet?.close();
  }

  /** Switches it off, and removes what it was. */
  async end(): Promise<void> {
    await this.close();
    const { agents, dirOf } = this.#site;
    agents.forget(this.facts.instanceId);
    await rm(dirOf(this.facts.name), { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { client, pods, time, apiServer, serverToken, onBug } = this.#site;
    if (this.#closed) return;
    this.#kubelet = await startKubelet({
      node: kubeletNode(this.facts),
      client,
      pods: pods.forNode(this.facts.nodeName),
      runtime: openMemoryRuntime({
        network: this.#network,
        time,
        startProgram: (spec) => this.#startProgram(spec),
      }),
      time,
      apiServer,
      serverToken,
      events: "warnings",
      onBug,
    });
  }

  #startProgram(spec: Parameters<StartProgram>[0]): Program | undefined {
    if (spec.image !== AGENT_IMAGE) return undefined;
    if (spec.name !== "aws-node") return NOTHING_TO_DO;
    const { time, agents, dirOf } = this.#site;
    const { nodeName, instanceId, name } = this.facts;
    return startAgentContainer({
      agents,
      network: this.#network,
      metadata: this.#metadata,
      machine: instanceId,
      accessKey: accessKeyOf(instanceId),
      nodeName,
      podName: spec.sandbox.name,
      environment: Object.fromEntries(spec.env.map((each) => [each.name, each.value])),
      logPath: `${dirOf(name)}/${spec.sandbox.name}-${spec.attempt}.log`,
      time,
    });
  }
}

/** The container that installs the plugin: there is none to install. */
const NOTHING_TO_DO: Program = {
  ended: Promise.resolve(0),
  logPath: "",
  exec: () => ({ exitCode: 0, output: "" }),
  stop: () => undefined,
};
