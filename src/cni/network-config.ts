import type { Result } from "../base/index.ts";
import { CNI_CODES } from "./failure.ts";
import type { CniCode, CniFailure } from "./failure.ts";
import { isRecord } from "./json.ts";
import { parsePreviousResult } from "./previous-result.ts";
import type { PreviousResult } from "./previous-result.ts";
import { CNI_VERSIONS, parseCniVersion } from "./version.ts";
import type { CniVersion } from "./version.ts";

/** An attachment that the runtime still knows, from `cni.dev/valid-attachments` of a GC request. */
export interface ValidAttachment {
  readonly containerId: string;
  readonly ifName: string;
}

/** The network configuration of a request, complete. */
export interface NetworkConfig {
  readonly cniVersion: CniVersion;
  /** Name of the network: part of the key under which an address is held. */
  readonly name: string;
  /** MTU of both ends of the pod's veth, 576 … 9001. */
  readonly mtu: number;
  /** Begin of the host veth's name, at most 4 characters, so that the whole fits the kernel's 15. */
  readonly vethPrefix: string;
  readonly previous: PreviousResult | undefined;
  readonly validAttachments: readonly ValidAttachment[];
}

/** MTU of an EC2 jumbo frame; the default for ENIs and pods. */
export const DEFAULT_MTU = 9001;
/** Least MTU: what every IPv4 host must accept (RFC 791). */
export const LEAST_MTU = 576;
/** Begin of host veth names unless the configuration says otherwise, as in Amazon's VPC CNI. */
export const DEFAULT_VETH_PREFIX = "eni";
/** Longest veth prefix. */
export const VETH_PREFIX_MAX_LENGTH = 4;

// The specification's section "Configuration format": what a network's name may look like.
const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Reads and checks the JSON on stdin. Failures have code 6 (not JSON), 1 (version) or 7 (content). */
export function parseNetworkConfig(text: string): Result<NetworkConfig, CniFailure> {
  const json = parseJson(text);
  if (!isRecord(json))
    return fail(CNI_CODES.undecodable, "the network configuration on stdin is not a JSON object");
  const versionText = json["cniVersion"] ?? "0.1.0"; // what a configuration without the key means
  const cniVersion = typeof versionText === "string" ? parseCniVersion(versionText) : undefined;
  if (cniVersion === undefined) {
    const given = JSON.stringify(versionText);
    return fail(
      CNI_CODES.incompatibleVersion,
      `incompatible CNI versions: the configuration has ${given}, berth speaks ${CNI_VERSIONS.join(", ")}`,
    );
  }
  const name = json["name"] ?? "";
  if (typeof name !== "string" || name === "")
    return fail(CNI_CODES.invalidConfig, "missing network name");
  if (!NETWORK_NAME.test(name)) {
    return fail(CNI_CODES.invalidConfig, `invalid characters found in network name: ${name}`);
  }
  return parseSettings(json, { cniVersion, name });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseSettings(
  json: Record<string, unknown>,
  head: { cniVersion: CniVersion; name: string },
): Result<NetworkConfig, CniFailure> {
  const mtu = parseMtu(json["mtu"]);
  if (mtu === undefined) {
    const given = JSON.stringify(json["mtu"]);
    return fail(
      CNI_CODES.invalidConfig,
      `mtu must be a number from ${LEAST_MTU} to ${DEFAULT_MTU}, got ${given}`,
    );
  }
  const vethPrefix = json["vethPrefix"] ?? DEFAULT_VETH_PREFIX;
  if (
    typeof vethPrefix !== "string" ||
    vethPrefix.length > VETH_PREFIX_MAX_LENGTH ||
    vethPrefix === ""
  ) {
    return fail(
      CNI_CODES.invalidConfig,
      "vethPrefix can be at most 4 characters long, and at least 1",
    );
  }
  const given = json["prevResult"];
  const previous = given === undefined || given === null ? undefined : parsePreviousResult(given);
  if (given !== undefined && given !== null && previous === undefined) {
    return fail(
      CNI_CODES.undecodable,
      `could not parse prevResult: not a result of CNI ${head.cniVersion}`,
    );
  }
  const validAttachments = parseAttachments(json["cni.dev/valid-attachments"] ?? []);
  if (validAttachments === undefined) {
    return fail(
      CNI_CODES.invalidConfig,
      "cni.dev/valid-attachments must be a list of {containerID, ifname}",
    );
  }
  return { ok: true, value: { ...head, mtu, vethPrefix, previous, validAttachments } };
}

// Conflists of Amazon's VPC CNI write the MTU as text.
function parseMtu(value: unknown): number | undefined {
  if (value === undefined) return DEFAULT_MTU;
  const mtu = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof mtu !== "number" || !Number.isInteger(mtu)) return undefined;
  return mtu >= LEAST_MTU && mtu <= DEFAULT_MTU ? mtu : undefined;
}

function parseAttachments(value: unknown): ValidAttachment[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const attachments: ValidAttachment[] = [];
  for (const entry of value) {
    if (!isRecord(entry)) return undefined;
    const { containerID: containerId, ifname: ifName } = entry;
    if (typeof containerId !== "string" || typeof ifName !== "string") return undefined;
    attachments.push({ containerId, ifName });
  }
  return attachments;
}

function fail(code: CniCode, msg: string): { ok: false; error: CniFailure } {
  return { ok: false, error: { code, msg } };
}
