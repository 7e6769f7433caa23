import type { ContainerRuntime } from "../kubelet/index.ts";

type ContainerSpec = Parameters<ContainerRuntime["createContainer"]>[0];
type ExecOutcome = Awaited<ReturnType<ContainerRuntime["exec"]>>;

/** Something that runs in a simulated container. */
export interface Program {
  /** Resolves when it was stopped; rejects when it ended by itself. */
  readonly ended: Promise<void>;
  /** What a command in its container comes to. */
  exec(command: readonly string[]): ExecOutcome;
  /** Where its output is, in the log format of the CRI; absolute. */
  readonly logPath: string;
  stop(): Promise<void>;
}

/** Starts what a container is for; undefined for containers that only are there. */
export type OpenProgram = (spec: ContainerSpec) => (() => Program) | undefined;

/** A runtime in whose containers programs of this process run, where there are any. */
export function runtimeWithPrograms(
  runtime: ContainerRuntime,
  openProgram: OpenProgram,
): ContainerRuntime {
  const waiting = new Map<string, () => Program>();
  const running = new Map<string, Program>();
  const end = async (id: string): Promise<void> => {
    const program = running.get(id);
    running.delete(id);
    await program?.stop();
  };
  return {
    ...runtime,
    async createContainer(spec) {
      const id = await runtime.createContainer(spec);
      const open = openProgram(spec);
      if (open !== undefined) waiting.set(id, open);
      return id;
    },
    async startContainer(id) {
      await runtime.startContainer(id);
      const program = waiting.get(id)?.();
      waiting.delete(id);
      if (program === undefined) return;
      running.set(id, program);
      program.ended.catch(() => {
        if (running.get(id) === program) void runtime.stopContainer(id, 0).catch(() => undefined);
      });
    },
    async stopContainer(id, graceSeconds) {
      await end(id);
      await runtime.stopContainer(id, graceSeconds);
    },
    async removeContainer(id) {
      await end(id);
      await runtime.removeContainer(id);
    },
    async list(uid) {
      const sandboxes = await runtime.list(uid);
      if (running.size === 0) return sandboxes;
      return sandboxes.map((sandbox) => ({
        ...sandbox,
        containers: sandbox.containers.map((container) => {
          const logPath = running.get(container.id)?.logPath;
          return logPath === undefined ? container : { ...container, logPath };
        }),
      }));
    },
    async exec(id, command, timeoutSeconds) {
      const program = running.get(id);
      return program === undefined
        ? runtime.exec(id, command, timeoutSeconds)
        : program.exec(command);
    },
    async stopSandbox(id) {
      const sandbox = (await runtime.list()).find((one) => one.id === id);
      await Promise.all((sandbox?.containers ?? []).map((container) => end(container.id)));
      await runtime.stopSandbox(id);
    },
    close() {
      for (const id of [...running.keys()]) void end(id);
      runtime.close();
    },
  };
}
