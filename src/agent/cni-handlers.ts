import { assertNever } from "../base/index.ts";
import { NEWEST_CNI_VERSION, parseRequest, renderFailure, renderVersions } from "../cni/index.ts";
import type { CniCall, CniFailure, CniReply, CniRequest, CniVersion } from "../cni/index.ts";
import { formatIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import type { Lease } from "../pool/index.ts";
import { add } from "./cni-add.ts";
import { check } from "./cni-check.ts";
import { keyOf } from "./cni-parts.ts";
import type { CniParts } from "./cni-parts.ts";
import { collect, remove } from "./cni-remove.ts";
import { newInTurn } from "./in-turn.ts";

/** Answers the call of a relay. `signal` aborts when the relay hangs up. Rejects only for bugs. */
export type CniHandler = (call: CniCall, signal: AbortSignal) => Promise<CniReply>;

/**
 * The CNI commands over the pool.
 *
 * Every change is ordered so that a kill at any moment loses and doubles nothing:
 *
 * - ADD: the pool assigns; the checkpoint holds the lease; the pod is wired; the reply goes out. A pod that is wired
 *   therefore always has its lease in the file. A kill before the write leaves no trace; a kill after it leaves a lease
 *   whose pod has no link (dropped at the next start, with its rules) or whose wiring is complete or half-way (kept
 *   until the runtime's DEL, which follows every failed ADD).
 * - DEL: the pod's rules go; the pool releases; the checkpoint forgets; the reply goes out. A kill in between leaves
 *   the lease in the file, and the runtime's next DEL does the rest. The address can't go to another pod before the
 *   rules are gone, because only the release makes it available, and then it cools down first.
 *
 * Wiring is in the kernel alone, so pods that run do not notice a restart.
 */
export function newCniHandler(parts: CniParts): CniHandler {
  const inTurn = newInTurn();

  async function answer(request: CniRequest, signal: AbortSignal): Promise<string | CniFailure> {
    switch (request.command) {
      case "VERSION":
        return renderVersions();
      case "STATUS":
        // A full node is ready in this sense: saying otherwise would make the kubelet evict what runs on it.
        return "";
      case "GC":
        return collect(parts, request.config);
      case "ADD":
        return inTurn(keyOf(request), () => add(parts, request, signal));
      case "DEL":
        return inTurn(keyOf(request), () => remove(parts, request));
      case "CHECK":
        return inTurn(keyOf(request), async () => check(parts, request));
      default:
        return assertNever(request);
    }
  }

  return async (call, signal) => {
    const parsed = parseRequest(call);
    if (!parsed.ok) return failed(parsed.error, NEWEST_CNI_VERSION);
    const request = parsed.value;
    const version = request.command === "VERSION" ? NEWEST_CNI_VERSION : request.config.cniVersion;
    const startedMs = parts.time.nowMs();
    const before = leaseOf(parts, request);
    const result = await answer(request, signal);
    const named = { ...facts(request), ...holding(leaseOf(parts, request) ?? before) };
    const tookMs = Math.round((parts.time.nowMs() - startedMs) * 10) / 10;
    if (request.command === "ADD" || request.command === "DEL") {
      const event = { command: request.command, tookMs, result: outcomeOf(result) };
      parts.telemetry.noteCniCall(event);
    }
    if (typeof result === "string") {
      // Probes ask for STATUS every few seconds; the log is about pods.
      const level = "containerId" in request || request.command === "GC" ? "info" : "debug";
      parts.log[level]({ ...named, tookMs }, `${request.command} done`);
      return { status: 0, stdout: result };
    }
    parts.log.warn(
      { ...named, tookMs, code: result.code, error: result.msg },
      `${request.command} failed`,
    );
    return failed(result, version);
  };
}

function outcomeOf(result: string | CniFailure): "ok" | "failed" {
  return typeof result === "string" ? "ok" : "failed";
}

function failed(failure: CniFailure, version: CniVersion): CniReply {
  return { status: 1, stdout: renderFailure(failure, version) };
}

function facts(request: CniRequest): Record<string, unknown> {
  if (!("containerId" in request)) return {};
  const { containerId, ifName, pod } = request;
  return { namespace: pod.namespace, pod: pod.name, containerId, ifName };
}

function leaseOf({ pool }: CniParts, request: CniRequest): Lease<Ip> | undefined {
  return "containerId" in request ? pool.lease(keyOf(request)) : undefined;
}

/** The log answers "which pod had this address at that time?". */
function holding(lease: Lease<Ip> | undefined): Record<string, unknown> {
  return lease === undefined ? {} : { address: formatIp(lease.address), eni: lease.eniId };
}
