import type { Result } from "../base/index.ts";
import type { PodName, PoolStats } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { Cluster } from "./cluster.ts";
import type { Ec2 } from "./ec2.ts";
import type { ImdsClient } from "./imds-client.ts";
import type { Log } from "./log.ts";
import type { NodeMemory } from "./node-memory.ts";
import type { Environment } from "./variable-reader.ts";

/** The world of an agent that runs inside another process. */
export interface InProcessAgentOptions {
  /** The DaemonSet's environment. Its paths, sockets and endpoints are not used. */
  readonly environment: Environment;
  /** Best one for all agents of the process: `newEc2` with a request handler of your own. */
  readonly ec2: Ec2;
  /** Instance metadata of this node: the body at a path such as `/latest/meta-data/mac`, undefined for 404. */
  readonly metadata: Pick<ImdsClient, "get">;
  /** Undefined: there is no Kubernetes. The agent closes it when it ends. */
  readonly cluster: Cluster | undefined;
  /** What the node's last agent left; pass the same to its successor. */
  readonly memory: NodeMemory;
  readonly time: Time;
  readonly log: Log;
}

/** One sandbox of one pod. */
export interface Sandbox extends PodName {
  readonly sandboxId: string;
  /** The pod's uid, for events about it. */
  readonly uid?: string | undefined;
}

/** The agent's whole logic (settings, pool, EC2, leases, cluster) without sockets, files and kernel. */
export interface InProcessAgent {
  /** Resolves when the node can give addresses: a kubelet may then say Ready. Rejects if the agent ends before. */
  readonly ready: Promise<void>;
  /** Resolves after {@link stop}; rejects if the agent ended by itself, and a successor should be started. */
  readonly ended: Promise<void>;
  /** CNI ADD: the address, or the text of the CNI error. Waits as an ADD does. */
  addPod(sandbox: Sandbox): Promise<Result<{ readonly address: string }, string>>;
  /** CNI DEL; of an unknown sandbox too. */
  removePod(sandbox: Sandbox): Promise<Result<undefined, string>>;
  /** The pool's numbers; undefined before the pool has begun. */
  stats(): PoolStats | undefined;
  /** What `GET /v1/pool` of an agent answers; undefined before the pool has begun. */
  report(): object | undefined;
  /** SIGTERM: waits for the step under way; pods keep their addresses. */
  stop(): Promise<void>;
}

/** Starts an agent. Settings that can't be reject `ready` and `ended`, as they would end a process. */
export function startInProcessAgent(options: InProcessAgentOptions): InProcessAgent {
  throw new Error(`being written: ${options.time.nowMs()}`);
}
