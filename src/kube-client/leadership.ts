import type { Lease } from "kubernetes-types/coordination/v1";
import type { KubeClient } from "./kube-client.ts";
import { isAlreadyExists, isConflict } from "./kube-error.ts";
import { LEASES } from "./resources.ts";

/** One of several candidates for work that is to be done once. */
export interface Candidacy {
  readonly namespace: string;
  /** The Lease's. */
  readonly name: string;
  /** The candidate's own name; a candidate that comes back under it goes on where it was. */
  readonly identity: string;
  /** A leader that has not renewed for so long leads no more. The others look again once so much time has passed, and no sooner. */
  readonly leaseMs: number;
  /** Begins the work. `term` aborts when the candidate leads no more. */
  readonly lead: (term: AbortSignal) => void;
  readonly onError: (error: unknown) => void;
}

type Client = Pick<KubeClient, "tryGet" | "create" | "replace" | "time">;

/** A leader renews when so much of its lease has passed, */
const RENEW_SHARE = 1 / 3;
/** and gives up when it could not until then. */
const GIVE_UP_SHARE = 2 / 3;
/** So that candidates do not look all at once. */
const JITTER_SHARE = 0.1;

/**
 * Competes by a Lease until `signal` aborts, and gives the Lease free then. Whether another's has run out is told by the
 * own clock alone, as in client-go: clocks of machines differ. Few requests are made: a candidate looks about once in
 * `leaseMs`, so hundreds of them are no load.
 */
export async function compete(
  client: Client,
  candidacy: Candidacy,
  signal: AbortSignal,
): Promise<void> {
  const { time } = client;
  const { leaseMs } = candidacy;
  let seen = { renewTime: "", atMs: -Infinity };
  while (!signal.aborted) {
    let waitMs = leaseMs;
    try {
      const lease = await client.tryGet(LEASES, candidacy);
      const renewTime = `${lease?.spec?.holderIdentity ?? ""} ${lease?.spec?.renewTime ?? ""}`;
      if (renewTime !== seen.renewTime) seen = { renewTime, atMs: time.nowMs() };
      const freeAtMs = isFree(lease, candidacy) ? -Infinity : seen.atMs + lengthOf(lease, leaseMs);
      waitMs = freeAtMs - time.nowMs();
      if (waitMs <= 0) {
        const taken = await take(client, candidacy, lease);
        if (taken !== undefined) await serve(client, candidacy, { lease: taken, signal });
        waitMs = taken === undefined ? leaseMs * JITTER_SHARE : 0;
      }
    } catch (error) {
      candidacy.onError(error);
    }
    const jitterMs = Math.random() * leaseMs * JITTER_SHARE;
    if (waitMs > 0) await time.sleep(waitMs + jitterMs, { signal });
  }
}

function isFree(lease: Lease | undefined, { identity }: Candidacy): boolean {
  const holder = lease?.spec?.holderIdentity ?? "";
  return holder === "" || holder === identity;
}

function lengthOf(lease: Lease | undefined, usualMs: number): number {
  const seconds = lease?.spec?.leaseDurationSeconds;
  return seconds === undefined ? usualMs : seconds * 1000;
}

/** Writes the own name into the Lease; undefined if somebody else was quicker. */
async function take(
  client: Client,
  candidacy: Candidacy,
  lease: Lease | undefined,
): Promise<Lease | undefined> {
  const { namespace, name, identity, leaseMs } = candidacy;
  const now = microTimeText(client.time.nowMs());
  const own = lease?.spec?.holderIdentity === identity;
  const transitions = (lease?.spec?.leaseTransitions ?? 0) + (own || lease === undefined ? 0 : 1);
  const spec = {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseMs / 1000),
    acquireTime: own ? (lease.spec?.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: transitions,
  };
  try {
    if (lease === undefined)
      return await client.create(LEASES, { metadata: { namespace, name }, spec });
    return await client.replace(LEASES, { ...lease, spec });
  } catch (error) {
    if (isConflict(error) || isAlreadyExists(error)) return undefined;
    throw error;
  }
}

/** Leads, renewing the Lease, until it is lost or `signal` aborts. */
async function serve(
  client: Client,
  candidacy: Candidacy,
  { lease, signal }: { readonly lease: Lease; readonly signal: AbortSignal },
): Promise<void> {
  const { time } = client;
  const { leaseMs } = candidacy;
  const lost = new AbortController();
  candidacy.lead(AbortSignal.any([signal, lost.signal]));
  let held: Lease | undefined = lease;
  let renewedAtMs = time.nowMs();
  const goesOn = (): boolean => !signal.aborted;
  while (goesOn() && held !== undefined) {
    await time.sleep(leaseMs * RENEW_SHARE, { signal });
    if (!goesOn()) break;
    try {
      held = await renew(client, candidacy, held);
      renewedAtMs = time.nowMs();
    } catch (error) {
      candidacy.onError(error);
      if (time.nowMs() - renewedAtMs >= leaseMs * GIVE_UP_SHARE) held = undefined;
    }
  }
  lost.abort();
  if (held !== undefined) await release(client, held);
}

/** Undefined if the Lease is another's by now. Somebody may have annotated it, which is no reason to lose it. */
async function renew(
  client: Client,
  candidacy: Candidacy,
  held: Lease,
): Promise<Lease | undefined> {
  const renewed = await take(client, candidacy, held);
  if (renewed !== undefined) return renewed;
  const lease = await client.tryGet(LEASES, candidacy);
  if (lease?.spec?.holderIdentity !== candidacy.identity) return undefined;
  return take(client, candidacy, lease);
}

/** The next need not wait until it runs out. It may fail: then they wait. */
async function release(client: Client, held: Lease): Promise<void> {
  try {
    const spec = { ...held.spec, holderIdentity: "" };
    await client.replace(LEASES, { ...held, spec });
  } catch {
    return;
  }
}

/** MicroTime of Kubernetes. */
function microTimeText(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
