import { invariant } from "../../base/index.ts";
import type { InstanceId, VpcId } from "../../facts/index.ts";
import type { Instance, Region } from "../../vpc/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import { planFabric } from "../fabric/plan.ts";
import { KernelMachine, type MachineSite } from "./kernel-machine.ts";
import { machineFacts } from "./machine-facts.ts";
import type { ContainerCommand, Machines, MachineStatus } from "./machines.ts";

/** What {@link KernelMachines} follow, and what their machines share. */
export interface KernelMachinesOptions {
  readonly region: Region;
  /** Instances of other VPCs are no nodes. */
  readonly vpcId: VpcId;
  readonly site: MachineSite;
  /** Told when a machine has failed to start. */
  readonly failed: (machine: MachineStatus) => void;
  /** Called when no machine needs the site any more. */
  readonly closed: () => void;
}

/** Machines in network namespaces of this machine, and the fabric that connects them. */
export class KernelMachines implements Machines {
  readonly #options: KernelMachinesOptions;
  readonly #machines = new Map<InstanceId, KernelMachine>();
  readonly #ending = new Map<KernelMachine, Promise<void>>();
  #closed = false;

  constructor(options: KernelMachinesOptions) {
    this.#options = options;
  }

  follow(): void {
    if (this.#closed) return;
    const { region, site } = this.#options;
    const alive = region.records.instances.list().filter((instance) => this.#isNode(instance));
    const ids = new Set(alive.map(({ id }) => id));
    const fresh = alive
      .filter(({ id }) => !this.#machines.has(id))
      .flatMap((one) => this.#make(one));
    site.fabric.apply(planFabric(region));
    for (const machine of fresh) this.#start(machine);
    for (const [id, machine] of this.#machines) if (!ids.has(id)) this.#end(id, machine);
  }

  list(): readonly MachineStatus[] {
    return [...this.#machines.values()].map(({ status }) => status);
  }

  async exec(id: InstanceId, what: ContainerCommand): Promise<ExecResult> {
    const machine = this.#machines.get(id);
    invariant(machine !== undefined, "a pod's container is on a machine that is there");
    return machine.exec(what);
  }

  async started(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.started));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#machines.values()].map((machine) => machine.close()));
    await Promise.all(this.#ending.values());
    this.#options.closed();
  }

  #isNode({ vpcId, state }: Instance): boolean {
    return vpcId === this.#options.vpcId && (state === "pending" || state === "running");
  }

  #make(instance: Instance): KernelMachine[] {
    const { region, site } = this.#options;
    const others = [...this.#machines.values(), ...this.#ending.keys()];
    const taken = new Set(others.map(({ facts }) => facts.name));
    try {
      const machine = new KernelMachine(machineFacts(instance, { region, taken }), site);
      this.#machines.set(instance.id, machine);
      return [machine];
    } catch (error) {
      site.onBug(error);
      return [];
    }
  }

  #start(machine: KernelMachine): void {
    machine.start();
    void machine.started.then(() => {
      if (machine.status.failure !== undefined) this.#options.failed(machine.status);
    });
  }

  #end(id: InstanceId, machine: KernelMachine): void {
    const { site } = this.#options;
    this.#machines.delete(id);
    site.fabric.forgetInstance(id);
    const ended = machine.end().catch(site.onBug);
    this.#ending.set(
      machine,
      ended.then(() => void this.#ending.delete(machine)),
    );
  }
}
