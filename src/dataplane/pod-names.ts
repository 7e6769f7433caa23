import { createHash } from "node:crypto";
import { DEFAULT_VETH_PREFIX } from "./numbers.ts";

/** A pod as the names of its links depend on it. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
  /** Which of the pod's interfaces, from 0. */
  readonly nicIndex?: number;
}

/** How many characters of a link's name tell the pod. */
export const POD_SUFFIX_LENGTH = 11;

/**
 * The eleven hex digits in the names of a pod's links: the start of SHA-1 over `namespace.name`, and `.index` from the
 * second interface on. The VPC CNI, Calico and the network policy agent all compute it so, and find each other's links.
 */
export function podSuffix({ namespace, name, nicIndex = 0 }: PodName): string {
  const text = nicIndex === 0 ? `${namespace}.${name}` : `${namespace}.${name}.${String(nicIndex)}`;
  return createHash("sha1").update(text).digest("hex").slice(0, POD_SUFFIX_LENGTH);
}

/** The name of the host's end of a pod's veth pair. A prefix of at most 4 characters fits the kernel's limit of 15. */
export function hostVethName(pod: PodName, prefix: string = DEFAULT_VETH_PREFIX): string {
  return `${prefix}${podSuffix(pod)}`;
}
