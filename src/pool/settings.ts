/** What a block is: one secondary address (/32), or with prefix delegation a /28 of 16 addresses. */
export type BlockUnit = "address" | "prefix";

/**
 * Which rules decide. `stock` is what VPC CNI v1.23 does, its quirks included, so that a user of the stock plugin
 * can be told what will happen; `berth` is ours and differs only as `docs/differences.md` lists.
 */
export type PoolPolicy = "stock" | "berth";

/**
 * Everything that a pool must know about its node and its targets. All fields are there; {@link poolSettings}
 * fills those that have a usual value. Counts are integers ≥ 0.
 */
export interface PoolSettings {
  readonly policy: PoolPolicy;
  readonly unit: BlockUnit;
  /** `WARM_ENI_TARGET`. Used in secondary-address mode when neither IP target is set. */
  readonly warmEniTarget: number;
  /** `WARM_IP_TARGET`; 0 means not set, as in the stock plugin. */
  readonly warmIpTarget: number;
  /** `MINIMUM_IP_TARGET`; 0 means not set. */
  readonly minimumIpTarget: number;
  /** `WARM_PREFIX_TARGET`. Used in prefix mode when neither IP target is set. */
  readonly warmPrefixTarget: number;
  /** The lower of the instance type's ENI limit (on this network card) and `MAX_ENI`. */
  readonly maxEnis: number;
  /** IPv4 addresses per ENI of the instance type, less one for the ENI's primary address. */
  readonly slotsPerEni: number;
  /** The kubelet's max pods: once the pool holds so many addresses it does not grow. */
  readonly maxPods: number;
  /**
   * What is done in prefix mode while EC2 has no /28: `singles` takes single addresses until it has, `none` waits.
   * Policy `stock` always waits.
   */
  readonly prefixFallback: "singles" | "none";
  /** How long an address rests after its pod is gone, in ms. */
  readonly cooldownMs: number;
  /** With custom networking the primary ENI gets no addresses for pods. */
  readonly customNetworking: "off" | "on";
  /** `reserved` keeps one ENI for a trunk (security groups for pods) until there is a trunk. */
  readonly trunkReserve: "none" | "reserved";
  /** Attached ENIs that are not ours to use (tagged no_manage, EFA-only); they take room. */
  readonly unmanagedEnis: number;
  /** Whether a new ENI may land in another subnet than the primary's; `stock` backs off differently then. */
  readonly subnetDiscovery: "off" | "on";
  /** The network card that this pool serves. Cards from 1 on always keep one address warm, whatever the targets say. */
  readonly networkCard: number;
  /** `paused`: nothing is added and no ENI is freed (the agent is stopping, or the node is cordoned). */
  readonly growth: "allowed" | "paused";
  /**
   * `off`: ENIs and addresses are somebody else's work, the pool only adopts what it finds. With `stock`, blocks that
   * serve nobody are given back once at the start all the same.
   */
  readonly provisioning: "on" | "off";
}

/** The settings that have no usual value. */
export type NodeLimits = Pick<PoolSettings, "maxEnis" | "slotsPerEni" | "maxPods">;

/** Complete settings: the given ones, and for the rest what the stock DaemonSet has (policy `berth`). */
export function poolSettings(given: NodeLimits & Partial<PoolSettings>): PoolSettings {
  return {
    policy: "berth",
    unit: "address",
    warmEniTarget: 1,
    warmIpTarget: 0,
    minimumIpTarget: 0,
    warmPrefixTarget: 1,
    prefixFallback: "singles",
    cooldownMs: 30_000,
    customNetworking: "off",
    trunkReserve: "none",
    unmanagedEnis: 0,
    subnetDiscovery: "on",
    networkCard: 0,
    growth: "allowed",
    provisioning: "on",
    ...given,
  };
}

/** Whether single addresses stand in for prefixes that EC2 does not have. */
export function fallsBack({
  policy,
  unit,
  prefixFallback,
}: Pick<PoolSettings, "policy" | "unit" | "prefixFallback">): boolean {
  return policy === "berth" && unit === "prefix" && prefixFallback === "singles";
}

/** The units whose blocks serve new pods, in the order in which they are asked for an address. */
export function servingUnits(settings: PoolSettings): readonly BlockUnit[] {
  return fallsBack(settings) ? ["prefix", "address"] : [settings.unit];
}
