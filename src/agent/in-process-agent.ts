import type { Result } from "../base/index.ts";
import type { CniCall } from "../cni/index.ts";
import { NETWORK_NAME, NEWEST_CNI_VERSION, PLUGIN_TYPE } from "../cni/index.ts";
import type { PodName, PoolStats } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { AgentCore } from "./agent-core.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Cluster } from "./cluster.ts";
import { readAgentConfig } from "./config.ts";
import { limitsOf } from "./discover.ts";
import type { Ec2 } from "./ec2.ts";
import { startFamilyCore } from "./family-core.ts";
import type { ImdsClient } from "./imds-client.ts";
import { poolReport } from "./introspection.ts";
import { isRecord } from "./json.ts";
import { errorFacts } from "./log.ts";
import type { Log } from "./log.ts";
import { newMemoryKernel } from "./memory-kernel.ts";
import { newInstanceMetadata } from "./metadata.ts";
import type { InstanceFacts } from "./metadata.ts";
import type { NodeMemory } from "./node-memory.ts";
import { tellNotes } from "./settings/tell-notes.ts";
import { Telemetry } from "./metrics/telemetry.ts";
import { because } from "./ledger/reason.ts";
import { tellMissingPermissions } from "./permission-news.ts";
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

/** An agent that has begun, and the instance it is on. */
interface Begun {
  readonly core: AgentCore;
  readonly instance: InstanceFacts;
}

/** Starts an agent. Settings that can't be reject `ready` and `ended`, as they would end a process. */
export function startInProcessAgent(options: InProcessAgentOptions): InProcessAgent {
  const { time, log, cluster } = options;
  const stopping = new AbortController();
  let begun: Begun | undefined;
  const beginning = begin(options, stopping.signal).then((each) => (begun = each));
  const ended = beginning
    .then(({ core }) => core.ended)
    .catch((error: unknown) => {
      if (stopping.signal.aborted && error instanceof Error && error.name === "AbortError") return;
      log.error(errorFacts(error), "the agent ends");
      throw error;
    })
    .finally(() => cluster?.close());
  ended.catch(() => undefined); // `ready` says it too, and the owner may look later
  const ready = beginning.then(({ core }) => untilReady(core));
  ready.catch(() => undefined);

  async function call(command: "ADD" | "DEL", sandbox: Sandbox): Promise<Result<string, string>> {
    if (begun === undefined) return { ok: false, error: NOT_RUNNING };
    await begun.core.servable;
    if (begun.core.stopping.aborted) return { ok: false, error: NOT_RUNNING };
    const reply = await begun.core.handle(toCall(command, sandbox), stopping.signal);
    if (reply.status === 0) return { ok: true, value: reply.stdout };
    return { ok: false, error: failureText(reply.stdout) };
  }

  return {
    ready,
    ended,
    async addPod(sandbox) {
      const added = await call("ADD", sandbox);
      return added.ok ? { ok: true, value: { address: addressOf(added.value) } } : added;
    },
    async removePod(sandbox) {
      const removed = await call("DEL", sandbox);
      return removed.ok ? { ok: true, value: undefined } : removed;
    },
    stats: () => begun?.core.pool.stats(time.nowMs()),
    report: () => begun && poolReport({ ...begun.core, instance: begun.instance, time }),
    async stop() {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };
}

/** What the relay says when it finds nobody on the socket. */
const NOT_RUNNING = "the berth agent of this node is not running; try again later";

async function begin(options: InProcessAgentOptions, stopping: AbortSignal): Promise<Begun> {
  const { environment, memory, cluster, time, log } = options;
  const config = readAgentConfig(environment);
  tellNotes(config, log);
  const metadata = newInstanceMetadata(options.metadata);
  const instance = await metadata.instance();
  const telemetry = new Telemetry({ time, log });
  const ec2 = telemetry.recorded(tellMissingPermissions(options.ec2, cluster));
  const limits = await because("start", () => limitsOf(ec2, instance.instanceType));
  const kernel = newMemoryKernel(memory);
  const core = await startFamilyCore(
    { ec2, metadata, kernel, cluster, log, time, stopping },
    {
      config,
      instance,
      limits,
      telemetry,
      openCheckpoint: (leases): Checkpoint => ({
        load: () => memory.leases,
        async commit() {
          memory.leases = leases();
        },
      }),
    },
  );
  return { core, instance };
}

async function untilReady({ servable, giving, stopping, ended }: AgentCore): Promise<void> {
  await servable;
  await giving;
  if (!stopping.aborted) return;
  await ended;
  throw new Error("the agent was stopped before it was ready");
}

function toCall(command: "ADD" | "DEL", { namespace, name, sandboxId, uid }: Sandbox): CniCall {
  const args = `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name};K8S_POD_INFRA_CONTAINER_ID=${sandboxId};K8S_POD_UID=${uid ?? ""}`;
  return {
    env: {
      CNI_COMMAND: command,
      CNI_CONTAINERID: sandboxId,
      CNI_NETNS: `/var/run/netns/${sandboxId}`,
      CNI_IFNAME: "eth0",
      CNI_ARGS: args,
    },
    stdin: CONFIG,
  };
}

const CONFIG = JSON.stringify({
  cniVersion: NEWEST_CNI_VERSION,
  name: NETWORK_NAME,
  type: PLUGIN_TYPE,
});

/** What a runtime puts into its event: the message, and the details if there are any. */
function failureText(stdout: string): string {
  const failure: unknown = JSON.parse(stdout);
  if (!isRecord(failure)) return stdout;
  const { msg, details } = failure;
  const texts = [msg, details].filter((text) => typeof text === "string" && text !== "");
  return texts.join("; ");
}

function addressOf(stdout: string): string {
  const result: unknown = JSON.parse(stdout);
  const ips = isRecord(result) ? result["ips"] : undefined;
  const first: unknown = Array.isArray(ips) ? ips[0] : undefined;
  const address = isRecord(first) ? first["address"] : undefined;
  return typeof address === "string" ? address.replace(/\/\d+$/, "") : "";
}
