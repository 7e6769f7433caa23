import { flushCompileCache } from "node:module";
import { newEc2 } from "./ec2-client.ts";
import { currentBoot } from "./boot.ts";
import { processClock } from "./clock.ts";
import type { AgentConfig } from "./config.ts";
import { limitsOf } from "./discover.ts";
import { newImdsClient } from "./imds-client.ts";
import { newLinuxKernel } from "./linux-kernel.ts";
import { errorFacts, newLog } from "./log.ts";
import { newInstanceMetadata } from "./metadata.ts";
import { usesPrefixes } from "./pool-settings.ts";
import { startAgent } from "./start.ts";
import { releaseStartUpMemory } from "./start-up-memory.ts";

const METADATA_TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;

/**
 * Runs the agent of this machine until `signal` aborts, on the real metadata service, EC2 and kernel. Throws
 * BerthError when the machine can't be used; the failure is in the log too.
 */
export async function runAgent(config: AgentConfig, signal: AbortSignal): Promise<void> {
  const log = newLog(config.log);
  const imds = newImdsClient({
    endpoint: config.metadataEndpoint,
    timeoutMs: METADATA_TIMEOUT_MS,
    attempts: ATTEMPTS,
  });
  try {
    const metadata = newInstanceMetadata(imds);
    const instance = await metadata.instance();
    log.info({ ...instance, policy: config.policy }, "starting on this instance");
    const ec2 = await newEc2({
      region: instance.region,
      endpoint: config.ec2Endpoint,
      requestTimeoutMs: config.requestTimeoutMs,
      attempts: ATTEMPTS,
    });
    const limits = await limitsOf(ec2, instance.instanceType);
    if (config.prefixDelegation && !usesPrefixes(config, limits)) {
      log.warn(
        { instanceType: instance.instanceType },
        "prefix delegation needs a Nitro or bare-metal instance; single addresses are allocated instead",
      );
    }
    const kernel = newLinuxKernel(config.host, config.vethPrefix);
    const ports = { metadata, ec2, kernel, log, now: processClock, stopping: signal };
    const agent = await startAgent(ports, { config, instance, limits, boot: currentBoot() });
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
    imds.close();
  }
}
