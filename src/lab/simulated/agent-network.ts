import { BerthError } from "../../base/index.ts";
import type { NetworkAnswer, NetworkedPod, PodNetwork } from "../kubelet/index.ts";
import type { SimulatedAgent } from "./simulated-agents.ts";

/**
 * The pod network of a simulated node: whichever agent runs there now. Once an agent was ready the network stays so for the
 * kubelet, as the network list in `/etc/cni/net.d` does on a real node; without an agent, pods wait.
 */
export class AgentNetwork implements PodNetwork {
  readonly #listeners = new Set<() => void>();
  #agent: SimulatedAgent | undefined;
  #ready = false;

  get ready(): boolean {
    return this.#ready;
  }

  /** Whether the agent that runs now gives addresses: what its probes ask. */
  get answering(): boolean {
    return this.#agent !== undefined;
  }

  onReadyChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** From now on this agent answers. */
  connect(agent: SimulatedAgent): void {
    this.#agent = agent;
    if (this.#ready) return;
    this.#ready = true;
    for (const listener of this.#listeners) listener();
  }

  /** It answers no more. */
  disconnect(agent: SimulatedAgent): void {
    if (this.#agent === agent) this.#agent = undefined;
  }

  async add(pod: NetworkedPod): Promise<NetworkAnswer> {
    if (this.#agent !== undefined) return this.#agent.add(pod);
    return { ok: false, message: `plugin type="berth-cni" failed (add): ${NO_AGENT}` };
  }

  async remove(pod: NetworkedPod): Promise<void> {
    if (this.#agent !== undefined) return this.#agent.remove(pod);
    throw new BerthError("agentAbsent", NO_AGENT, {
      fix: "See why with `kubectl -n kube-system get pods -l k8s-app=aws-node`.",
    });
  }
}

const NO_AGENT = "the Berth agent of this node does not run";
