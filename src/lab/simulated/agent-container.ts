import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Time } from "../../time/index.ts";
import type { InstanceReader } from "../imds/index.ts";
import type { Program } from "../kubelet/index.ts";
import type { AgentNetwork } from "./agent-network.ts";
import type { SimulatedAgents } from "./simulated-agents.ts";

/** What the container of an agent needs. */
export interface AgentContainerOptions {
  readonly agents: SimulatedAgents;
  readonly network: AgentNetwork;
  readonly metadata: InstanceReader;
  readonly machine: string;
  readonly accessKey: string;
  readonly nodeName: string;
  readonly podName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** A file for its output. */
  readonly logPath: string;
  readonly time: Time;
}

/** Starts an agent as the program of a container, and lets the node's network speak to it while it is ready. */
export function startAgentContainer(options: AgentContainerOptions): Program {
  const { agents, network, metadata, nodeName, podName, environment, logPath, time } = options;
  const { machine, accessKey } = options;
  mkdirSync(dirname(logPath), { recursive: true });
  const agent = agents.start({
    environment,
    nodeName,
    podName,
    machine,
    accessKey,
    metadata,
    writeLog: (line) => {
      // The log format of the CRI: time, stream, F for a full line, text.
      appendFileSync(logPath, `${new Date(time.nowMs()).toISOString()} stdout F ${line}\n`);
    },
  });
  let ready = false;
  agent.ready.then(
    () => {
      ready = true;
      network.connect(agent);
    },
    () => undefined,
  );
  const stop = (): void => {
    network.disconnect(agent);
    void agent.stop();
  };
  return {
    ended: agent.ended.then(
      () => 0,
      () => {
        network.disconnect(agent);
        return 1;
      },
    ),
    logPath,
    // Its only commands are its probes, and those ask whether it gives addresses.
    exec: () => ({ exitCode: ready ? 0 : 1, output: "" }),
    stop,
  };
}
