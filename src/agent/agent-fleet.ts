import type { KubeClient } from "../kube-client/index.ts";
import type { Time } from "../time/index.ts";
import { openClusterSource } from "./cluster-source.ts";
import type { LogConfig } from "./config.ts";
import { callingWith, withCallerKey } from "./ledger/caller-key.ts";
import { newEc2 } from "./ec2-client.ts";
import type { Ec2ClientSettings } from "./ec2-client.ts";
import type { ImdsClient } from "./imds-client.ts";
import { startInProcessAgent } from "./in-process-agent.ts";
import type { InProcessAgent, Sandbox } from "./in-process-agent.ts";
import { newLogTo } from "./log.ts";
import { newNodeMemory } from "./node-memory.ts";
import type { NodeMemory } from "./node-memory.ts";
import { newVariableReader } from "./variable-reader.ts";
import type { Environment } from "./variable-reader.ts";

/** What many agents of one process share. */
export interface FleetWorld {
  /** `us-east-1`. */
  readonly region: string;
  readonly time: Time;
  /** The EC2 API, without a connection: a form-encoded request and its answer in XML. */
  readonly ec2: (request: {
    readonly headers: Record<string, string>;
    readonly form: string;
  }) => Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }>;
  /** Of the caller, who closes it. */
  readonly kubernetes: KubeClient;
}

/** One agent, as the container of an `aws-node` pod starts it. */
export interface FleetMember {
  readonly environment: Environment;
  readonly nodeName: string;
  readonly podName: string;
  /** Names the machine: what one agent leaves there, the next finds. */
  readonly machine: string;
  /** Signs its requests to EC2, whose log tells by it who has called. */
  readonly accessKey: string;
  readonly metadata: Pick<ImdsClient, "get">;
  /** Gets a line of its log, without its end. */
  readonly writeLog: (line: string) => void;
}

/** An agent of a fleet, in a container runtime's words. */
export interface FleetAgent extends Pick<InProcessAgent, "ready" | "ended" | "stop"> {
  add(
    pod: Sandbox,
  ): Promise<
    | { readonly ok: true; readonly address: string }
    | { readonly ok: false; readonly message: string }
  >;
  /** Rejects when it has to be tried again. */
  remove(pod: Sandbox): Promise<void>;
}

/** Hundreds of agents in one process. */
export interface AgentFleet {
  start(member: FleetMember): FleetAgent;
  /** Forgets what agents left on a machine that is gone. */
  forget(machine: string): void;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 60_000;
const ATTEMPTS = 8;

/** Opens a fleet: the logic that `berth agent` runs, once for each simulated node, with one EC2 client and one watch for all. */
export async function openAgentFleet(world: FleetWorld): Promise<AgentFleet> {
  const { region, time, kubernetes } = world;
  const ec2 = await newEc2({
    region,
    endpoint: undefined,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    attempts: ATTEMPTS,
    transport: inMemoryTransport(world),
  });
  const log = newLogTo({ level: "warn", write: () => undefined });
  const source = openClusterSource({
    client: kubernetes,
    scope: "all",
    watch: { eniConfigs: true, cniNodes: true },
    log,
  });
  const memories = new Map<string, NodeMemory>();

  function memoryOf(machine: string): NodeMemory {
    const memory = memories.get(machine) ?? newNodeMemory();
    memories.set(machine, memory);
    return memory;
  }

  return {
    start({ environment, nodeName, podName, machine, accessKey, metadata, writeLog }: FleetMember) {
      const options = {
        environment,
        ec2,
        metadata,
        cluster: source.of({ node: nodeName, pod: podName }),
        memory: memoryOf(machine),
        time,
        log: newLogTo({ level: levelOf(environment), write: writeLog }),
      };
      const agent = callingWith(accessKey, () => startInProcessAgent(options));
      return asFleetAgent(agent);
    },
    forget: (machine) => void memories.delete(machine),
    close: async () => {
      source.close();
      return Promise.resolve();
    },
  };
}

/** A level that can't be ends the agent itself, with its reason; until then it logs as by default. */
function levelOf(environment: Environment): LogConfig["level"] {
  try {
    return newVariableReader(environment).word("AWS_VPC_K8S_CNI_LOGLEVEL");
  } catch {
    return "info";
  }
}

function asFleetAgent(agent: InProcessAgent): FleetAgent {
  return {
    ready: agent.ready,
    ended: agent.ended,
    add: async ({ namespace, name, uid, sandboxId }) => {
      const added = await agent.addPod({ namespace, name, uid, sandboxId });
      if (added.ok) return { ok: true, address: added.value.address };
      return { ok: false, message: `plugin type="berth-cni" failed (add): ${added.error}` };
    },
    remove: async ({ namespace, name, uid, sandboxId }) => {
      const removed = await agent.removePod({ namespace, name, uid, sandboxId });
      if (!removed.ok) throw new Error(removed.error);
    },
    stop: async () => agent.stop(),
  };
}

/** Carries the SDK's requests to the lab's EC2 API without a connection. */
function inMemoryTransport({ ec2 }: FleetWorld): Ec2ClientSettings["transport"] {
  return {
    credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
    requestHandler: {
      handle: async (request: { headers: Record<string, string>; body?: unknown }) => {
        const form = typeof request.body === "string" ? request.body : "";
        const { status, headers, body } = await ec2({
          headers: withCallerKey(request.headers),
          form,
        });
        return { response: { statusCode: status, headers, body: new TextEncoder().encode(body) } };
      },
    },
  };
}
