import type { Time } from "../../time/index.ts";
import type { LabConfig } from "../config.ts";
import type { LabFile } from "../labfile/lab-file.ts";
import type { OpenSimulatedAgents } from "../simulated/simulated-agents.ts";
import type { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";

/** What a lab is made of. */
export interface LabOptions {
  readonly lab: LabFile;
  /** The lab file's path, absolute. */
  readonly file: string;
  readonly dir: StateDir;
  readonly config: LabConfig;
  readonly mode: LabStatus["mode"];
  /** The time of everything in it. */
  readonly time: Time;
  /** How many times as fast as ours that passes; 1 when left out. */
  readonly speed?: number | undefined;
  /** The agents of a simulated lab. */
  readonly openAgents: OpenSimulatedAgents;
  /** The kubeconfig of an API server to use in place of the lab's own, absolute. */
  readonly kubeconfig: string | undefined;
  /** The words that run Berth: a Node and the path of its command. */
  readonly berth: readonly [string, ...string[]];
  /** Directories that hold those words, the relay and what they need beside /usr. */
  readonly sources: readonly string[];
  /** The compiled CNI plugin. */
  readonly relay: string;
  /** Where Node keeps what it has compiled, so that the next agent starts in half the time. */
  readonly compileCache: string;
  /** Told what a person should know, a line at a time. */
  readonly progress: (line: string) => void;
  readonly onBug: (error: unknown) => void;
}
