import {
  newEc2,
  newLogTo,
  newNodeMemory,
  openClusterSource,
  readAgentConfig,
  startInProcessAgent,
  type Ec2ClientSettings,
  type InProcessAgent,
  type NodeMemory,
} from "../agent/index.ts";
import type { AgentsWorld, AgentStart, SimulatedAgent, SimulatedAgents } from "../lab/index.ts";

const REQUEST_TIMEOUT_MS = 60_000;
const ATTEMPTS = 8;

/** The agents of a simulated lab: the same logic that `berth agent` runs, all in this process. */
export async function openSimulatedAgents(world: AgentsWorld): Promise<SimulatedAgents> {
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
    start({ environment, nodeName, podName, machine, metadata, writeLog }: AgentStart) {
      const agent = startInProcessAgent({
        environment,
        ec2,
        metadata,
        cluster: source.of({ node: nodeName, pod: podName }),
        memory: memoryOf(machine),
        time,
        log: newLogTo({ level: levelOf(environment), write: writeLog }),
      });
      return asSimulatedAgent(agent);
    },
    forget: (machine) => void memories.delete(machine),
    close: async () => {
      source.close();
      return Promise.resolve();
    },
  };
}

/** A setting that can't be ends the agent itself, with its reason; until then it logs as by default. */
function levelOf(
  environment: AgentStart["environment"],
): "debug" | "info" | "warn" | "error" | "fatal" {
  try {
    return readAgentConfig(environment).log.level;
  } catch {
    return "info";
  }
}

function asSimulatedAgent(agent: InProcessAgent): SimulatedAgent {
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
function inMemoryTransport({ ec2 }: AgentsWorld): Ec2ClientSettings["transport"] {
  return {
    credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
    requestHandler: {
      handle: async (request: { headers: Record<string, string>; body?: unknown }) => {
        const form = typeof request.body === "string" ? request.body : "";
        const { status, headers, body } = await ec2({ headers: request.headers, form });
        return { response: { statusCode: status, headers, body: new TextEncoder().encode(body) } };
      },
    },
  };
}
