import type { InstanceId } from "../../facts/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** A machine that an instance of the lab's VPC has become. */
export interface MachineStatus extends MachineFacts {
  /** Why it could not start. */
  readonly failure: string | undefined;
  /** Undefined in a lab without a kernel. */
  readonly place: MachinePlace | undefined;
}

/** Where a machine is to be found on this one. Absolute paths. */
export interface MachinePlace {
  readonly netns: string;
  readonly containerdSocket: string;
  readonly containerdLog: string;
  readonly dir: string;
  /** The number of the first process of a container, as this machine counts; undefined when it does not run. */
  processOf(containerId: string): number | undefined;
}

/** A command and the container it is for. */
export interface ContainerCommand {
  readonly containerId: string;
  readonly command: readonly string[];
}

/**
 * The machines of a lab: one for each instance of its VPC that runs, whoever has launched it. They register as Nodes; what
 * has become of them is seen there. This is what a lab on the kernel and a simulated one differ in.
 */
export interface Machines {
  /** Makes machines of new instances and ends those whose instance ends. Called after every change of the region. */
  follow(): void;
  /** In the order of their making. */
  list(): readonly MachineStatus[];
  /** Resolves when every machine that there is now has started, or has failed to. */
  started(): Promise<void>;
  /** Runs a command in a container of a machine. */
  exec(id: InstanceId, what: ContainerCommand): Promise<ExecResult>;
  /** Makes and ends none any more. What is left of them is for the clean-up. */
  close(): Promise<void>;
}
