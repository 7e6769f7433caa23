import { deleteObject } from "../objects/delete.ts";
import type { DeleteOptions } from "../objects/deletion.ts";
import type { KubeObject, ObjectKey } from "../kube-object.ts";
import type { Pod } from "kubernetes-types/core/v1";
import { type Answer, successAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { bodyOf, type Call, isDryRun } from "../server/call.ts";
import { decodeBody } from "../server/decode.ts";
import { badRequest, conflict, notFound } from "../server/status-error.ts";
import { shown, tableOf } from "../server/cluster.ts";
import type { Place } from "../verbs/read.ts";
import { takeDisruption } from "./disruption.ts";

interface Eviction {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly deleteOptions?: DeleteOptions;
}

/**
 * POST of an Eviction (policy/v1 or v1beta1): deletes a pod unless its PodDisruptionBudget forbids that for now (429).
 * Throws StatusError.
 */
export async function evictPod(
  { cluster }: ApiServer,
  call: Call,
  { kind, namespace, name }: Place & { readonly name: string },
): Promise<Answer> {
  const body = await bodyOf(call);
  const { metadata, deleteOptions = {} } = readEviction(body);
  if ((metadata?.name ?? name) !== name) {
    throw badRequest(
      `name in URL does not match name in Eviction object: ${name} != ${metadata?.name ?? ""}`,
    );
  }
  const key: ObjectKey = { namespace, name };
  const stored = tableOf(cluster, kind).get(key);
  if (stored === undefined) throw notFound(kind, name);
  const { preconditions } = deleteOptions;
  const pod = shown(kind, stored);
  if (preconditions?.uid !== undefined && preconditions.uid !== pod.metadata.uid) {
    throw conflict(kind, name, `the UID in the precondition (${preconditions.uid}) does not match`);
  }
  const dryRun = isDryRun([...call.query.getAll("dryRun"), ...(deleteOptions.dryRun ?? [])]);
  if (!needsNoBudget(pod)) takeDisruption(cluster, pod, dryRun);
  deleteObject(cluster, { kind, key, options: deleteOptions, dryRun });
  return successAnswer(201);
}

function readEviction(body: Parameters<typeof decodeBody>[0]): Eviction {
  if (body.bytes.length === 0) return {};
  const decoded = decodeBody(body, "Eviction");
  if (typeof decoded !== "object" || decoded === null) throw badRequest("an Eviction is an object");
  const { kind = "Eviction" } = decoded as { kind?: unknown };
  if (kind !== "Eviction") throw badRequest(`an Eviction is expected, not ${JSON.stringify(kind)}`);
  return decoded;
}

// Nobody is disrupted when a pod goes that doesn't run, or is on its way out.
function needsNoBudget(pod: KubeObject): boolean {
  const { metadata, status } = pod as Pick<Pod, "status"> & Pick<KubeObject, "metadata">;
  const phase = status?.phase ?? "";
  return (
    ["Pending", "Succeeded", "Failed"].includes(phase) || metadata.deletionTimestamp !== undefined
  );
}
