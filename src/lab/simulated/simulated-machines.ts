import { BerthError } from "../../base/index.ts";
import type { InstanceId, VpcId } from "../../facts/index.ts";
import type { Instance, Region } from "../../vpc/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import type { InstanceReader } from "../imds/index.ts";
import { machineFacts } from "../nodes/machine-facts.ts";
import type { Machines, MachineStatus } from "../nodes/machines.ts";
import { SimulatedMachine, type SimulatedSite } from "./simulated-machine.ts";

/** What {@link SimulatedMachines} follow, and what their machines share. */
export interface SimulatedMachinesOptions {
  readonly region: Region;
  /** Instances of other VPCs are no nodes. */
  readonly vpcId: VpcId;
  readonly site: SimulatedSite;
  readonly metadata: (id: InstanceId) => InstanceReader;
  /** Told when a machine has failed to start. */
  readonly failed: (machine: MachineStatus) => void;
  /** Called when all of them are closed. */
  readonly closed: () => Promise<void>;
}

/** Machines without root and kernel: objects of this process. */
export class SimulatedMachines implements Machines {
  readonly #options: SimulatedMachinesOptions;
  readonly #machines = new Map<InstanceId, SimulatedMachine>();
  readonly #names = new Set<string>();
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(options: SimulatedMachinesOptions) {
    this.#options = options;
  }

  follow(): void {
    if (this.#closed) return;
    const { region } = this.#options;
    const alive = region.records.instances.list().filter((instance) => this.#isNode(instance));
    for (const instance of alive) if (!this.#machines.has(instance.id)) this.#make(instance);
    if (alive.length === this.#machines.size) return;
    const ids = new Set(alive.map(({ id }) => id));
    for (const [id, machine] of this.#machines) if (!ids.has(id)) this.#end(id, machine);
  }

  list(): readonly MachineStatus[] {
    return [...this.#machines.values()].map(({ status }) => status);
  }

  async started(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.started));
  }

  async exec(): Promise<ExecResult> {
    return Promise.reject(
      new BerthError("labExec", "A simulated node runs no containers, so nothing runs in them.", {
        fix: "Use a lab on the kernel: `berth lab up --mode kernel`, as root on Linux.",
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#machines.values()].map((machine) => machine.close()));
    await Promise.all(this.#ending);
    await this.#options.closed();
  }

  #isNode({ vpcId, state }: Instance): boolean {
    return vpcId === this.#options.vpcId && (state === "pending" || state === "running");
  }

  #make(instance: Instance): void {
    const { region, site, metadata, failed } = this.#options;
    const facts = machineFacts(instance, { region, taken: this.#names });
    const machine = new SimulatedMachine(facts, site, metadata(instance.id));
    this.#machines.set(instance.id, machine);
    this.#names.add(facts.name);
    machine.start();
    void machine.started.then(() => {
      if (machine.status.failure !== undefined) failed(machine.status);
    });
  }

  #end(id: InstanceId, machine: SimulatedMachine): void {
    this.#machines.delete(id);
    const ended = machine
      .end()
      .catch(this.#options.site.onBug)
      .finally(() => {
        this.#names.delete(machine.facts.name);
        this.#ending.delete(ended);
      });
    this.#ending.add(ended);
  }
}
