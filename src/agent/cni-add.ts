import { BerthError } from "../base/index.ts";
import { CNI_CODES, renderAddResult } from "../cni/index.ts";
import type { CniFailure, ContainerRequest } from "../cni/index.ts";
import { formatIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import type { Lease, OwnerKey, Refusal } from "../pool/index.ts";
import { acquire } from "./acquire.ts";
import { fromError, keyOf, podToWire } from "./cni-parts.ts";
import type { CniParts } from "./cni-parts.ts";
import { errorFacts } from "./log.ts";
import { NO_ADDRESS, refusalNews, refusalText } from "./refusal-text.ts";

/** ADD: assign, make it durable, wire, answer. */
export async function add(
  parts: CniParts,
  request: ContainerRequest,
  signal: AbortSignal,
): Promise<string | CniFailure> {
  const { pool, checkpoint, kernel, wake } = parts;
  const key = keyOf(request);
  const { namespace, name } = request.pod;
  const assigned = await acquire(parts, { key, pod: { namespace, name } }, signal);
  if ("reason" in assigned) return refused(parts, request, assigned);
  wake.call(); // one address less: the pool may want more
  const { lease, already } = assigned;
  try {
    await checkpoint.commit();
  } catch (error) {
    if (!already) pool.undoAssign(key);
    return fromError(error, CNI_CODES.tryAgainLater);
  }
  const pod = podToWire(request, lease);
  try {
    await annotate(parts, request, lease);
    if (signal.aborted) throw relayGone();
    if (pool.lease(key)?.address !== lease.address) throw addressLost(lease);
    const link = kernel.wirePod(pod);
    return renderAddResult(
      { ...pod, ...link, deviceNumber: lease.deviceIndex },
      request.config.cniVersion,
    );
  } catch (error) {
    // Nothing of the wiring is left, so no peer can have seen the address: it needs no cooldown.
    if (!already) await undoAssign(parts, key);
    return fromError(error, CNI_CODES.wiring);
  }
}

/** Before the wiring, because nobody undoes the wiring of an ADD whose annotation fails. */
async function annotate(
  { cluster, podAddressAnnotation }: CniParts,
  { pod }: ContainerRequest,
  { address }: Lease<Ip>,
): Promise<void> {
  if (podAddressAnnotation === "on") await cluster?.notePodAddress(pod, address);
}

async function undoAssign({ pool, checkpoint, log, wake }: CniParts, key: OwnerKey): Promise<void> {
  pool.undoAssign(key);
  wake.call();
  // A lease that stays in the file is dropped at the next start: its pod has no link.
  await checkpoint
    .commit()
    .catch((error: unknown) => log.warn(errorFacts(error), "the checkpoint lags"));
}

/** What the runtime says in its event is the whole of it; ours says the cause, and is counted when it repeats. */
function refused(parts: CniParts, { pod }: ContainerRequest, refusal: Refusal): CniFailure {
  const { instanceType, subnetCidr, time, cluster } = parts;
  parts.telemetry.noteNoAddress();
  const context = { instanceType, subnetCidr, obstacle: parts.obstacle() };
  const news = refusalNews(refusal, context);
  if (news !== undefined && pod.name !== "")
    cluster?.tell({ kind: "pod", pod, uid: pod.uid }, news);
  const msg = refusalText(refusal, { ...context, nowMs: time.nowMs() });
  return { code: CNI_CODES.tryAgainLater, msg };
}

function relayGone(): BerthError {
  return new BerthError(
    "relayGone",
    "The container runtime gave up on this request before it was done.",
    {
      fix: "Nothing to do: runtimes try again.",
    },
  );
}

function addressLost({ address }: Lease<Ip>): BerthError {
  const text = formatIp(address);
  return new BerthError("addressLost", `${NO_ADDRESS}: EC2 took ${text} from the node meanwhile.`, {
    fix: "Nothing to do: runtimes try again. If it lasts, look for another program that unassigns addresses.",
    facts: { address: text },
  });
}
