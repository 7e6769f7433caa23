import type { Container, Pod, PodSpec } from "kubernetes-types/core/v1";
import { invariant } from "../../base/index.ts";
import type { RuntimeContainer, RuntimePodRef, RuntimeSandbox } from "./runtime.ts";

/** Why a container is not running, as its status' `waiting` says. */
export interface WaitingReason {
  /** `ErrImagePull`, `CrashLoopBackOff` … */
  readonly reason: string;
  readonly message: string;
}

/** What the probes say about a running container. */
export interface ProbeView {
  /** Whether it has started: its startup probe, if any, has succeeded once. */
  started(containerId: string): boolean;
  ready(containerId: string): boolean;
  /** Why it must be killed, as an event says; undefined when it must not. */
  condemned(containerId: string): string | undefined;
}

/** A pod as a kubelet sees it: what is wanted, what there is, and what it remembers. */
export interface PodView {
  readonly pod: Pod;
  /** Newest first. */
  readonly sandboxes: readonly RuntimeSandbox[];
  /** By the name of a container. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  readonly probes: ProbeView;
  readonly nowMs: number;
}

/** The parts of a Pod that every stored Pod has. */
export interface PodParts extends RuntimePodRef {
  readonly spec: PodSpec;
}

/** The name, namespace, uid and spec of a Pod from the API, where they are always there. */
export function podParts(pod: Pod): PodParts {
  const { metadata, spec } = pod;
  const { name, namespace, uid } = metadata ?? {};
  invariant(
    name !== undefined && namespace !== undefined && uid !== undefined && spec !== undefined,
    "a stored pod has a name, a namespace, a uid and a spec",
  );
  return { name, namespace, uid, spec };
}

/** `Always`, `OnFailure` or `Never`: of the pod, or of an init container that is to keep running. */
export function restartPolicyOf(pod: Pod, container?: Container): string {
  return container?.restartPolicy ?? pod.spec?.restartPolicy ?? "Always";
}

/** Whether an init container is one that runs beside the others: `restartPolicy: Always`. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

/** Every container of that name that the runtime still has, the newest first. */
export function containersNamed(
  sandboxes: readonly RuntimeSandbox[],
  name: string,
): readonly RuntimeContainer[] {
  return sandboxes
    .flatMap(({ containers }) => containers)
    .filter((container) => container.name === name)
    .toSorted((a, b) => b.attempt - a.attempt || b.createdMs - a.createdMs);
}

/** What tells that a container has been changed: its name and image (kubelet's HashContainer since 1.31). */
export function containerHash({ name, image }: Pick<Container, "name" | "image">): string {
  let hash = 0x811c_9dc5;
  for (const byte of new TextEncoder().encode(`${name}\0${image ?? ""}`)) {
    hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  }
  return hash.toString(16);
}

/** The annotation that holds {@link containerHash}. */
export const HASH_ANNOTATION = "io.kubernetes.container.hash";
