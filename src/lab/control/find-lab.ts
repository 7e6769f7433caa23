import { BerthError, nearest } from "../../base/index.ts";
import { isRunning } from "../host/process.ts";
import { type LabClient, openLabClient } from "./control-client.ts";
import { listStateDirs, type StateDir } from "./state-dir.ts";

/** Which lab a command is about. */
export interface LabChoice {
  readonly stateRoot: string;
  /** Undefined: the only one there is. */
  readonly name: string | undefined;
}

/** The directory of the chosen lab, running or not. Throws `noLab` when there is none, or more than one to choose from. */
export function chooseLab({ stateRoot, name }: LabChoice): StateDir {
  const dirs = listStateDirs(stateRoot);
  const names = dirs.map((dir) => dir.name);
  if (name !== undefined) {
    const found = dirs.find((dir) => dir.name === name);
    if (found !== undefined) return found;
    const near = nearest(name, names);
    throw new BerthError("noLab", `There is no lab ${name} on this machine.`, {
      fix: near.length > 0 ? `Did you mean ${near.join(" or ")}?` : START_ONE,
    });
  }
  const [only, ...others] = dirs;
  if (only === undefined) {
    throw new BerthError("noLab", "There is no lab on this machine.", { fix: START_ONE });
  }
  if (others.length > 0) {
    throw new BerthError("noLab", `There are ${dirs.length} labs: ${names.join(", ")}.`, {
      fix: "Say which with `--name`.",
    });
  }
  return only;
}

const START_ONE = "Start one with `berth lab up`.";

/** A client of the chosen lab. Throws `noLab` when it does not run. */
export function connectLab(choice: LabChoice): LabClient {
  const dir = chooseLab(choice);
  if (!isLabRunning(dir)) {
    throw new BerthError("noLab", `Lab ${dir.name} has ended without cleaning up.`, {
      fix: "Run `berth lab down` to remove what is left, or `berth lab up` to start again.",
    });
  }
  return openLabClient(dir.controlSocket);
}

/** Whether the process that made the directory still runs. */
export function isLabRunning(dir: StateDir): boolean {
  const record = dir.read();
  return record !== undefined && isRunning(record.process);
}
