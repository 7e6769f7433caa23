import { BerthError } from "../../base/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import type { Machines, MachineStatus } from "./machines.ts";

/** A lab's machines where there can be none: its instances are only records of EC2. */
export class NoMachines implements Machines {
  follow(): void {
    // Nothing becomes of an instance.
  }

  list(): readonly MachineStatus[] {
    return [];
  }

  started(): Promise<void> {
    return Promise.resolve();
  }

  exec(): Promise<ExecResult> {
    const message = "This lab has no nodes, so no container runs.";
    return Promise.reject(
      new BerthError("podNotRunning", message, { fix: "Run the lab as root on Linux." }),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
