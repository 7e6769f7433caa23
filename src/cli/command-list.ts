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
];

/** What the commands that share a first word are about, by that word. */
export const GROUPS: Readonly<Record<string, string>> = {
  lab: "A VPC, its EC2 API and nodes with real pods, on this machine",
};
