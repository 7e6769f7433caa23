import type { EniId, SubnetId } from "../../facts/index.ts";
import { formatCidr6 } from "../../net/index.ts";
import type { Cidr6 } from "../../net/index.ts";
import type { Ipv6Pool } from "../../pool/index.ts";
import { because } from "../ledger/reason.ts";
import { errorFacts } from "../log.ts";
import type { NodePorts } from "../node.ts";
import { stepFailure } from "../step-failure.ts";
import type { Wake } from "../wake.ts";

/** Waits between attempts: as long as a node without a prefix can start no pod, but EC2 must not be flooded. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 120_000;
/** How often it is looked for a prefix that somebody else has to assign. */
const LOOK_PERIOD_MS = 30_000;

/** What getting a prefix needs. */
export interface PrefixKeeping {
  readonly addresses: Ipv6Pool;
  readonly eni: { readonly id: EniId; readonly subnet: SubnetId };
  /** Called when there is one. */
  readonly wake: Wake;
}

/** Whether there is a prefix after the first attempt, and when there is one at last or the agent stops. */
export interface PrefixKeeper {
  readonly tried: Promise<void>;
  readonly ended: Promise<void>;
}

/**
 * Gets the ENI a /80 if it has none: assigns one, or with provisioning off looks until somebody has. Tries again and
 * again; why there is none is the pool's refusal meanwhile. Rejects only for bugs.
 */
export function keepPrefix(
  ports: Pick<NodePorts, "ec2" | "log" | "time">,
  keeping: PrefixKeeping,
  signal: AbortSignal,
): PrefixKeeper {
  const tried: PromiseWithResolvers<void> = Promise.withResolvers();
  const ended = keep(ports, { ...keeping, onTried: tried.resolve }, signal).finally(tried.resolve);
  return { tried: tried.promise, ended };
}

async function keep(
  ports: Pick<NodePorts, "ec2" | "log" | "time">,
  { addresses, eni, wake, onTried }: PrefixKeeping & { readonly onTried: () => void },
  signal: AbortSignal,
): Promise<void> {
  const { log, time } = ports;
  let waitMs = FIRST_WAIT_MS;
  while (addresses.source === undefined && !signal.aborted) {
    try {
      const prefixes = await because("assignBlocks", () => find(ports, { addresses, eni }));
      if (prefixes.length > 0) {
        addresses.observe({ eniId: eni.id, deviceIndex: 0, prefixes });
        log.info(
          { eni: eni.id, prefixes: prefixes.map(formatCidr6) },
          "the node has an IPv6 prefix",
        );
        wake.call();
        return;
      }
      waitMs = LOOK_PERIOD_MS;
    } catch (error) {
      const { reason: failure, code, subnetId } = stepFailure(error, eni.subnet);
      addresses.fail({ failure, code, subnetId, retryAtMs: time.nowMs() + waitMs });
      log.warn({ eni: eni.id, ...errorFacts(error), waitMs }, "the node gets no IPv6 prefix");
    }
    onTried();
    await time.sleep(waitMs, { signal });
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** The prefixes that the ENI has, or the one that it gets. An answer that was lost is found the next time. */
async function find(
  { ec2 }: Pick<NodePorts, "ec2">,
  { addresses, eni }: Pick<PrefixKeeping, "addresses" | "eni">,
): Promise<readonly Cidr6[]> {
  const present = (await ec2.eni(eni.id))?.ipv6Prefixes ?? [];
  if (present.length > 0 || addresses.settings.provisioning === "off") return present;
  return [await ec2.assignIpv6Prefix(eni.id)];
}
