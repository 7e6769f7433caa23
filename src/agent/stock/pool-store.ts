import { eniRouteTable } from "../../dataplane/index.ts";
import { formatIp } from "../../net/index.ts";
import type { Ip } from "../../net/index.ts";
import type { Lease, OwnerKey } from "../../pool/index.ts";
import { acquire } from "../acquire.ts";
import type { CniParts } from "../cni-parts.ts";
import { newInTurn } from "../in-turn.ts";
import { refusalText } from "../refusal-text.ts";
import type { AddressStore, StoredAddress } from "./address-store.ts";

/** A pool as the VPC CNI's plugin sees it. What is promised is in the checkpoint before it is said. */
export function poolStore(parts: CniParts, networkCard = 0): AddressStore {
  const { pool, checkpoint, wake, time, log, telemetry } = parts;
  const inTurn = newInTurn();

  async function assign(
    owner: Parameters<AddressStore["assign"]>[0],
  ): Promise<StoredAddress | "noAddress"> {
    const assigned = await acquire(parts, owner);
    if ("reason" in assigned) {
      telemetry.noteNoAddress();
      const { instanceType, subnetCidr } = parts;
      const context = { instanceType, subnetCidr, obstacle: parts.obstacle(), nowMs: time.nowMs() };
      log.warn({ ...owner.pod, why: refusalText(assigned, context) }, "no address for a pod");
      return "noAddress";
    }
    wake.call();
    try {
      await checkpoint.commit();
    } catch (error) {
      if (!assigned.already) pool.undoAssign(owner.key);
      throw error;
    }
    return stored(assigned.lease, networkCard);
  }

  async function release(key: OwnerKey): Promise<StoredAddress | "unknownPod"> {
    const released = pool.release(key, time.nowMs());
    if (!released.ok) return "unknownPod";
    try {
      await checkpoint.commit();
    } catch (error) {
      pool.undoRelease(released.lease);
      throw error;
    }
    wake.call();
    return stored(released.lease, networkCard);
  }

  return {
    assign: (owner) => inTurn(owner.key, () => assign(owner)),
    release: (key) => inTurn(key, () => release(key)),
  };
}

function stored({ address, deviceIndex }: Lease<Ip>, networkCard: number): StoredAddress {
  return {
    family: 4,
    address: formatIp(address),
    deviceNumber: deviceIndex,
    routeTable: eniRouteTable({ networkCard, deviceIndex }),
  };
}
