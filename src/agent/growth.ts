import type { Pool, PoolSettings } from "../pool/index.ts";
import type { EniConfigFault } from "./cluster.ts";
import type { AgentConfig } from "./config.ts";
import { newPlaceCheck } from "./eni-configs/place-check.ts";
import type { PlaceCheck } from "./eni-configs/place-check.ts";
import { placeForEni } from "./eni-place.ts";
import type { Node } from "./node.ts";
import type { Wake } from "./wake.ts";

/** What lets a pool grow, or keeps it from growing. */
export interface GrowthParts {
  readonly node: Node;
  readonly config: Pick<AgentConfig, "onCordonedNodes" | "provisioning">;
  readonly pool: Pool;
  readonly wake: Wake;
}

/** Fits a pool to its node's object and ENIConfig, as long as it is not stopped. */
export interface Growth {
  /** Why the pool stands still, as the words of a sentence; undefined while it may grow. */
  readonly obstacle: string | undefined;
  /** Resolves when EC2 is not being asked whether the node's ENIConfig can be used. Never rejects. */
  checked(): Promise<void>;
  stop(): void;
}

/**
 * Follows the cluster: max pods become the pool's, a cordoned node gets and gives back nothing (as with the VPC CNI),
 * one that is being removed gets nothing new, and with custom networking nothing is made until there is an ENIConfig that
 * EC2 can follow. What is wrong with that is logged and told in an event on the node, once.
 */
export function followCluster(parts: GrowthParts): Growth {
  const { node, config, pool, wake } = parts;
  const usualMaxPods = pool.settings.maxPods;
  const check = placeCheck(parts, () => look());
  let obstacle: string | undefined;
  let told: string | undefined;
  let warned = false;

  function look(): void {
    const own = node.cluster?.node();
    const place = placeForEni(node);
    const fault = place.ok ? check?.faultOf(place.value) : place.error;
    const cordoned = own?.cordoned === true && config.onCordonedNodes === "standStill";
    obstacle = obstacleOf({ config, cordoned, leaving: own?.leaving, fault });
    if (told !== fault?.text) tellFault(node, fault, { warned });
    told = fault?.text;
    warned = fault === undefined ? false : warned || fault.reason !== "unread";
    const growth = obstacle === undefined ? "allowed" : "paused";
    adjust({ growth, maxPods: own?.maxPods ?? usualMaxPods });
  }

  function adjust(wanted: Pick<PoolSettings, "growth" | "maxPods">): void {
    const { growth, maxPods } = pool.settings;
    if (growth === wanted.growth && maxPods === wanted.maxPods) return;
    pool.follow(wanted, node.time.nowMs());
    node.log.info(
      { ...wanted, ...(obstacle === undefined ? {} : { obstacle }) },
      "the pool follows the cluster",
    );
    wake.call();
  }

  look();
  const stopListening = node.cluster?.onChange(look) ?? (() => undefined);
  return {
    get obstacle() {
      return obstacle;
    },
    checked: () => check?.checked() ?? Promise.resolve(),
    stop() {
      stopListening();
      check?.stop();
    },
  };
}

/** Only ENIConfigs can name what is not there. */
function placeCheck({ node, config }: GrowthParts, onNews: () => void): PlaceCheck | undefined {
  const needed = node.customNetworking !== undefined && config.provisioning === "on";
  return needed ? newPlaceCheck(node, onNews) : undefined;
}

function obstacleOf(given: {
  readonly config: GrowthParts["config"];
  readonly cordoned: boolean;
  readonly leaving: string | undefined;
  readonly fault: EniConfigFault | undefined;
}): string | undefined {
  if (given.config.provisioning === "off") return NOT_PROVISIONING;
  if (given.leaving !== undefined) return `the node is being removed (${given.leaving})`;
  return given.cordoned ? CORDONED : given.fault?.text;
}

/** Why nothing grows where the agent may not provision. */
export const NOT_PROVISIONING =
  "DISABLE_NETWORK_RESOURCE_PROVISIONING or ENABLE_IMDS_ONLY_MODE is set, so ENIs and addresses have to be attached by somebody else";
const CORDONED = "the node is cordoned, and AWS_MANAGE_ENIS_NON_SCHEDULABLE is not set";

function tellFault(
  { log, cluster }: Node,
  fault: EniConfigFault | undefined,
  { warned }: { readonly warned: boolean },
): void {
  if (fault === undefined) {
    log.info({}, "the node's ENIConfig can be used; new ENIs are made as it says");
    if (!warned) return;
    cluster?.tell(
      { kind: "node" },
      {
        severity: "Normal",
        reason: "ENIConfigFound",
        message: "The node's ENIConfig can be used; ENIs are made again.",
      },
    );
    return;
  }
  if (fault.reason === "unread") {
    log.info({ why: fault.text }, "no ENI is made yet");
    return;
  }
  log.warn({ reason: fault.reason, error: fault.text }, "no ENI can be made for now");
  const reason = fault.reason === "missing" ? "ENIConfigNotFound" : "InvalidENIConfig";
  cluster?.tell(
    { kind: "node" },
    { severity: "Warning", reason, message: `No ENI can be made for pods: ${fault.text}.` },
  );
}
