import type { EniId } from "../../facts/index.ts";
import { cidrsEqual } from "../../net/index.ts";
import type { Eni, Outcome, Region } from "../../vpc/index.ts";
import { EniHistory } from "./eni-history.ts";
import type { ShownEnis } from "./world.ts";

/** How far what EC2 shows is behind what it has done ("eventual consistency"). All in milliseconds. */
export interface ConsistencySettings {
  /** For so long a new ENI is unknown to Describe and Attach. */
  readonly newEniMs: number;
  /** For so long newly assigned addresses and prefixes are not shown. */
  readonly newAddressesMs: number;
  /** For so long a deleted ENI is still shown. */
  readonly deletedEniMs: number;
}

/** What was done is shown at once. */
export const CONSISTENT: ConsistencySettings = { newEniMs: 0, newAddressesMs: 0, deletedEniMs: 0 };

/** The ENIs of a region as EC2 shows them. */
export function shownEnis(region: Region, settings: ConsistencySettings): ShownEnis {
  const keepMs = Math.max(settings.newEniMs, settings.newAddressesMs, settings.deletedEniMs);
  return keepMs === 0 ? region.records.enis : new LaggingEnis(region, settings, keepMs);
}

class LaggingEnis implements ShownEnis {
  readonly #region: Region;
  readonly #settings: ConsistencySettings;
  readonly #history: EniHistory;

  constructor(region: Region, settings: ConsistencySettings, keepMs: number) {
    this.#region = region;
    this.#settings = settings;
    this.#history = new EniHistory(region, { keepMs });
  }

  list(): readonly Eni[] {
    return this.#history.ids().flatMap((id) => this.#shown(id) ?? []);
  }

  find(id: EniId): Outcome<Eni> {
    const eni = this.#shown(id);
    if (eni !== undefined) return { ok: true, value: eni };
    const message = `The networkInterface ID '${id}' does not exist`;
    return { ok: false, error: { code: "InvalidNetworkInterfaceID.NotFound", message } };
  }

  #shown(id: EniId): Eni | undefined {
    const { newEniMs, newAddressesMs, deletedEniMs } = this.#settings;
    const { nowMs } = this.#region;
    const now = this.#history.at(id, nowMs);
    if (now === undefined) return this.#history.at(id, nowMs - deletedEniMs);
    if (this.#history.at(id, nowMs - newEniMs) === undefined) return undefined;
    const past = this.#history.at(id, nowMs - newAddressesMs);
    return past === undefined ? now : withoutNewer(now, past);
  }
}

/** The ENI without the addresses and prefixes that it didn't have in the past. */
function withoutNewer(now: Eni, past: Eni): Eni {
  return {
    ...now,
    addresses: now.addresses.filter((ip) => past.addresses.includes(ip)),
    prefixes: now.prefixes.filter((prefix) => past.prefixes.some((old) => cidrsEqual(old, prefix))),
  };
}
