import type { Command } from "./command.ts";

/** Finds a command without loading the others, so that `berth max-pods` does not wait for the AWS SDK. */
export interface CommandEntry {
  /** Equal to the name of the command that `load` gives; a test compares them. */
  readonly name: string;
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "max-pods",
    load: async () => (await import("./commands/max-pods.ts")).maxPodsCommand,
  },
  {
    name: "agent",
    load: async () => (await import("./commands/agent.ts")).agentCommand,
  },
  {
    name: "install-cni",
    load: async () => (await import("./commands/install-cni.ts")).installCniCommand,
  },
  {
    name: "hand-back",
    load: async () => (await import("./commands/hand-back.ts")).handBackCommand,
  },
  {
    name: "lab up",
    load: async () => (await import("./commands/lab-up.ts")).labUpCommand,
  },
  {
    name: "lab status",
    load: async () => (await import("./commands/lab-status.ts")).labStatusCommand,
  },
  {
    name: "lab calls",
    load: async () => (await import("./commands/lab-calls.ts")).labCallsCommand,
  },
  {
    name: "lab env",
    load: async () => (await import("./commands/lab-env.ts")).labEnvCommand,
  },
  {
    name: "lab scale",
    load: async () => (await import("./commands/lab-scale.ts")).labScaleCommand,
  },
  {
    name: "lab exec",
    load: async () => (await import("./commands/lab-exec.ts")).labExecCommand,
  },
  {
    name: "lab down",
    load: async () => (await import("./commands/lab-down.ts")).labDownCommand,
  },
];

/** What the commands that share a first word are about, by that word. */
export const GROUPS: Readonly<Record<string, string>> = {
  lab: "A VPC, its EC2 API and nodes with real pods, on this machine",
};
