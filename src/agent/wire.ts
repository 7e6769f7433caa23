import { flushCompileCache } from "node:module";
import { systemTime } from "../time/index.ts";
import { currentBoot } from "./boot.ts";
import type { Cluster } from "./cluster.ts";
import type { AgentConfig } from "./config.ts";
import { limitsOf } from "./discover.ts";
import type { Ec2, InstanceLimits } from "./ec2.ts";
import { newEc2 } from "./ec2-client.ts";
import { newFamilyKernel } from "./family-core.ts";
import { newImdsClient } from "./imds-client.ts";
import { openCluster } from "./kubernetes.ts";
import { tellNotes } from "./settings/tell-notes.ts";
import { errorFacts, newLog } from "./log.ts";
import type { Log } from "./log.ts";
import { newInstanceMetadata } from "./metadata.ts";
import type { InstanceFacts } from "./metadata.ts";
import { Telemetry } from "./metrics/telemetry.ts";
import { because } from "./ledger/reason.ts";
import { tellMissingPermissions } from "./permission-news.ts";
import { usesPrefixes } from "./pool-settings.ts";
import { startAgent } from "./start.ts";
import { releaseStartUpMemory } from "./start-up-memory.ts";

const METADATA_TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;

/**
 * Runs the agent of this machine until `signal` aborts, on the real metadata service, EC2, Kubernetes and kernel. Throws
 * BerthError when the machine can't be used; the failure is in the log too.
 */
export async function runAgent(config: AgentConfig, signal: AbortSignal): Promise<void> {
  const log = newLog(config.log);
  const imds = newImdsClient({
    endpoint: config.metadataEndpoint,
    timeoutMs: METADATA_TIMEOUT_MS,
    attempts: ATTEMPTS,
  });
  const telemetry = new Telemetry({ time: systemTime, log });
  let cluster: Cluster | undefined;
  tellNotes(config, log);
  try {
    const metadata = newInstanceMetadata(imds);
    cluster = await openCluster(config, log);
    const instance = await metadata.instance();
    log.info({ ...instance, policy: config.policy }, "starting on this instance");
    const allowed = tellMissingPermissions(await openEc2(config, instance), cluster);
    const ec2 = telemetry.recorded(allowed);
    const limits = await because("start", () => limitsOf(ec2, instance.instanceType));
    warnOfPrefixes({ config, instance, limits, log, cluster });
    const kernel = newFamilyKernel(config);
    const ports = { metadata, ec2, kernel, cluster, log, time: systemTime, stopping: signal };
    const parts = { config, instance, limits, boot: currentBoot(), telemetry };
    const agent = await startAgent(ports, parts);
    // The runtime of a node ends an agent at once, and then what it has compiled would be lost for the next.
    flushCompileCache();
    await releaseStartUpMemory();
    await agent.ended;
    log.info({}, "stopped; running pods keep their network");
  } catch (error) {
    if (signal.aborted && error instanceof Error && error.name === "AbortError") return;
    log.error(errorFacts(error), "the agent ends");
    throw error;
  } finally {
    cluster?.close();
    imds.close();
  }
}

function openEc2(config: AgentConfig, { region }: InstanceFacts): Promise<Ec2> {
  const { ec2Endpoint: endpoint, requestTimeoutMs } = config;
  return newEc2({ region, endpoint, requestTimeoutMs, attempts: ATTEMPTS });
}

/** What an agent says at its start, in its log and on its node, when prefixes are asked for and the instance can't have them. */
export function warnOfPrefixes(given: {
  readonly config: AgentConfig;
  readonly instance: InstanceFacts;
  readonly limits: InstanceLimits;
  readonly log: Log;
  readonly cluster: Cluster | undefined;
}): void {
  const { config, instance, limits, log, cluster } = given;
  if (!config.prefixDelegation || usesPrefixes(config, limits)) return;
  const { instanceType } = instance;
  const text = `ENABLE_PREFIX_DELEGATION=true needs a Nitro or bare-metal instance, and ${instanceType} is neither: single addresses are allocated instead`;
  log.warn({ instanceType }, text);
  cluster?.tell(
    { kind: "node" },
    { severity: "Warning", reason: "PrefixDelegationRefused", message: `${text}.` },
  );
}
