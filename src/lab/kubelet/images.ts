import type { Container, Pod } from "kubernetes-types/core/v1";
import type { Time } from "../../time/index.ts";
import { BackOff, KUBELET_BACK_OFF } from "./back-off.ts";
import type { KubeletEvents } from "./pod-events.ts";
import type { WaitingReason } from "./pod-view.ts";
import type { ContainerRuntime } from "./runtime.ts";

/** Whether a container's image is there. */
export type ImageAnswer =
  | { readonly ok: true; readonly imageId: string }
  | { readonly ok: false; readonly waiting: WaitingReason; readonly retryMs: number };

/** What getting images needs. */
export interface ImageParts {
  readonly runtime: ContainerRuntime;
  readonly events: KubeletEvents;
  readonly time: Time;
}

/** When an image that may not be pulled is looked for again. */
const LOOK_AGAIN_MS = 60_000;

/** Gets images before their containers, by the container's pull policy, and waits longer after each failure. */
export class Images {
  readonly #parts: ImageParts;
  readonly #backOff = new BackOff(KUBELET_BACK_OFF);
  readonly #lastError = new Map<string, string>();

  constructor(parts: ImageParts) {
    this.#parts = parts;
  }

  /** Makes sure that a container's image is there. */
  async ensure(pod: Pod, container: Container): Promise<ImageAnswer> {
    const image = container.image ?? "";
    const policy = container.imagePullPolicy ?? defaultPolicy(image);
    const { runtime, events } = this.#parts;
    const found = await runtime.findImage(image);
    if (found !== undefined && policy !== "Always") {
      const message = `Container image "${image}" already present on machine and can be accessed by the pod`;
      events.pod(pod, { type: "Normal", reason: "Pulled", message }, container.name);
      return { ok: true, imageId: found.id };
    }
    if (policy === "Never") {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      events.pod(pod, { type: "Warning", reason: "ErrImageNeverPull", message }, container.name);
      return this.#failed(pod, container, { reason: "ErrImageNeverPull", message });
    }
    return this.#pull(pod, container, image);
  }

  async #pull(pod: Pod, container: Container, image: string): Promise<ImageAnswer> {
    const { runtime, events, time } = this.#parts;
    const key = `${pod.metadata?.uid ?? ""}/${image}`;
    const nowMs = time.nowMs();
    const sinceMs = this.#backOff.updatedMs(key) ?? nowMs;
    if (this.#backOff.waitsUntilMs(key, { sinceMs, nowMs }) !== undefined) {
      const message = `Back-off pulling image "${image}": ErrImagePull: ${this.#lastError.get(key) ?? ""}`;
      const shown = `Back-off pulling image "${image}"`;
      events.pod(pod, { type: "Normal", reason: "BackOff", message: shown }, container.name);
      return this.#failed(pod, container, { reason: "ImagePullBackOff", message });
    }
    const pulling = `Pulling image "${image}"`;
    events.pod(pod, { type: "Normal", reason: "Pulling", message: pulling }, container.name);
    try {
      const { id, bytes } = await runtime.pullImage(image);
      const took = durationText(time.nowMs() - nowMs);
      const message = `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${bytes} bytes.`;
      events.pod(pod, { type: "Normal", reason: "Pulled", message }, container.name);
      return { ok: true, imageId: id };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `Failed to pull image "${image}": ${why}`;
      events.pod(pod, { type: "Warning", reason: "Failed", message }, container.name);
      this.#lastError.set(key, why);
      const endMs = time.nowMs();
      this.#backOff.next(key, { sinceMs: endMs, nowMs: endMs });
      return this.#failed(pod, container, { reason: "ErrImagePull", message: why });
    }
  }

  #failed(pod: Pod, container: Container, waiting: WaitingReason): ImageAnswer {
    const event = {
      type: "Warning",
      reason: "Failed",
      message: `Error: ${waiting.reason}`,
    } as const;
    this.#parts.events.pod(pod, event, container.name);
    return { ok: false, waiting, retryMs: this.#retryMs(pod, container, waiting) };
  }

  /** Soon after the first failure, to show that it backs off; then when the wait is over. */
  #retryMs(pod: Pod, { image = "" }: Container, { reason }: WaitingReason): number {
    if (reason === "ErrImageNeverPull") return LOOK_AGAIN_MS;
    const key = `${pod.metadata?.uid ?? ""}/${image}`;
    const delayMs = this.#backOff.delayMs(key);
    if (reason === "ErrImagePull") return Math.min(delayMs, KUBELET_BACK_OFF.firstMs) / 2;
    const nowMs = this.#parts.time.nowMs();
    return Math.max(0, (this.#backOff.updatedMs(key) ?? nowMs) + delayMs - nowMs);
  }
}

/** Images without a tag, or with `latest`, are looked for anew each time. */
function defaultPolicy(image: string): "Always" | "IfNotPresent" {
  const last = image.slice(image.lastIndexOf("/") + 1);
  if (last.includes("@")) return "IfNotPresent";
  return !last.includes(":") || last.endsWith(":latest") ? "Always" : "IfNotPresent";
}

/** As Go prints a duration: `1.234s`, `87ms`. */
function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(3)}s`;
}
