import type { Pod } from "kubernetes-types/core/v1";
import {
  type EventRecorder,
  isNotFound,
  KubeError,
  type KubeObject,
  PODS,
} from "../../../kube-client/index.ts";
import { nameOf, refOf, uidOf } from "../objects/meta.ts";
import type { Expectations } from "./expectations.ts";
import type { Shell } from "./shell.ts";
import { slowStart } from "./slow-start.ts";

/** Creates and deletes the pods of an owner, and says so in events on it. */
export interface PodControl {
  /** Creates one pod for every entry; resolves with the first failure, if there was one. */
  create(owner: KubeObject, pods: readonly Pod[]): Promise<PodFailure | undefined>;
  /** Deletes the pods; resolves with the first failure, if there was one. */
  remove(owner: KubeObject, pods: readonly Pod[]): Promise<PodFailure | undefined>;
}

/** What could not be done, in the words of a ReplicaFailure condition. */
export interface PodFailure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
  readonly error: unknown;
}

/** A pod control whose owners' expectations are kept by their uid. */
export function openPodControl(
  { client }: Shell,
  { events, expectations }: { readonly events: EventRecorder; readonly expectations: Expectations },
): PodControl {
  async function createOne(owner: KubeObject, pod: Pod): Promise<void> {
    try {
      const created = await client.create(PODS, pod);
      events.event(owner, {
        type: "Normal",
        reason: "SuccessfulCreate",
        message: `Created pod: ${nameOf(created)}`,
      });
    } catch (error) {
      expectations.created(uidOf(owner));
      if (!isNamespaceTerminating(error)) {
        events.event(owner, {
          type: "Warning",
          reason: "FailedCreate",
          message: `Error creating: ${messageOf(error)}`,
        });
      }
      throw error;
    }
  }

  async function removeOne(owner: KubeObject, pod: Pod): Promise<void> {
    try {
      await client.delete(PODS, refOf(pod), { uid: uidOf(pod) });
      events.event(owner, {
        type: "Normal",
        reason: "SuccessfulDelete",
        message: `Deleted pod: ${nameOf(pod)}`,
      });
    } catch (error) {
      expectations.deleted(uidOf(owner), uidOf(pod));
      if (isNotFound(error)) return;
      events.event(owner, {
        type: "Warning",
        reason: "FailedDelete",
        message: `Error deleting: ${messageOf(error)}`,
      });
      throw error;
    }
  }

  return {
    create: async (owner, pods) => {
      if (pods.length === 0) return undefined;
      expectations.expectCreations(uidOf(owner), pods.length);
      const { errors, skipped } = await slowStart(pods.length, async (index) => {
        const pod = pods[index];
        if (pod !== undefined) await createOne(owner, pod);
      });
      expectations.created(uidOf(owner), skipped);
      const failures = errors.filter((error) => !isNamespaceTerminating(error));
      return failures.length === 0 ? undefined : failure("FailedCreate", failures[0]);
    },
    remove: async (owner, pods) => {
      if (pods.length === 0) return undefined;
      expectations.expectDeletions(uidOf(owner), pods.map(uidOf));
      const outcomes = await Promise.allSettled(pods.map((pod) => removeOne(owner, pod)));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      return failed === undefined ? undefined : failure("FailedDelete", failed.reason);
    },
  };
}

/** The text of an error as events show it: of a refusal only what the server said. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof KubeError
    ? message.replace(/^[A-Z]+ \S+ failed with \d+: /, "")
    : message;
}

function failure(reason: PodFailure["reason"], error: unknown): PodFailure {
  return { reason, message: messageOf(error), error };
}

/** In a namespace that goes away nothing can be made, and nothing needs to be. */
function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") === true;
}
