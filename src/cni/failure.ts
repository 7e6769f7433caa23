import type { CniVersion } from "./version.ts";

/** The error codes that Berth gives, from the CNI specification 1.1, "Error", and 100 for its own. */
export const CNI_CODES = {
  incompatibleVersion: 1,
  unknownContainer: 3,
  invalidEnvironment: 4,
  io: 5,
  undecodable: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  /** From 100 on codes belong to the plugin: wiring a pod, or checking it, failed. */
  wiring: 100,
} as const;

/** One of {@link CNI_CODES}. */
export type CniCode = (typeof CNI_CODES)[keyof typeof CNI_CODES];

/** Why a CNI request failed. `msg` is one line that the kubelet shows in the pod's events; `details` may be longer. */
export interface CniFailure {
  readonly code: CniCode;
  readonly msg: string;
  readonly details?: string;
}

/** The error object a runtime reads from stdout, as JSON text with a newline at the end. */
export function renderFailure(failure: CniFailure, cniVersion: CniVersion): string {
  const { code, msg, details } = failure;
  const error =
    details === undefined ? { cniVersion, code, msg } : { cniVersion, code, msg, details };
  return `${JSON.stringify(error, undefined, 4)}\n`;
}
