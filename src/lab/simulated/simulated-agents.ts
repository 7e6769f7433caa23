import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import type { QueryAnswer, QueryRequest } from "../ec2/index.ts";
import type { InstanceReader } from "../imds/index.ts";
import type { NetworkAnswer, NetworkedPod } from "../kubelet/index.ts";

/** What the agents of a simulated lab share. */
export interface AgentsWorld {
  /** `us-east-1`. */
  readonly region: string;
  readonly time: Time;
  /** The EC2 API, without a connection. */
  readonly ec2: (request: QueryRequest) => Promise<QueryAnswer>;
  /** Of the lab, which closes it. */
  readonly kubernetes: KubeClient;
}

/** One agent, as the container of an `aws-node` pod starts it. */
export interface AgentStart {
  /** The environment of its container. */
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeName: string;
  readonly podName: string;
  /** Names the machine: what one agent leaves there, the next finds. */
  readonly machine: string;
  /** Signs its requests to EC2, whose log tells by it who has called. */
  readonly accessKey: string;
  readonly metadata: InstanceReader;
  /** Gets a line of its log, without its end. */
  readonly writeLog: (line: string) => void;
}

/** An agent that runs. */
export interface SimulatedAgent {
  /** Resolves when it can give addresses; rejects if it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when it was stopped; rejects if it ended by itself. */
  readonly ended: Promise<void>;
  add(pod: NetworkedPod): Promise<NetworkAnswer>;
  /** Rejects when it has to be tried again. */
  remove(pod: NetworkedPod): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The agents of a simulated lab. The lab does not know how an agent is made: on the kernel it starts them as processes, and
 * whoever runs a simulated lab passes their logic in.
 */
export interface SimulatedAgents {
  start(agent: AgentStart): SimulatedAgent;
  /** Forgets what agents left on a machine that is gone. */
  forget(machine: string): void;
  close(): Promise<void>;
}

/** Opens the agents of one lab. */
export type OpenSimulatedAgents = (world: AgentsWorld) => Promise<SimulatedAgents>;
