import { updateObject } from "../objects/update.ts";
import { required } from "../kinds/field-error.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { type Answer, successAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { bodyOf, type Call, writeOptionsOf } from "../server/call.ts";
import { timestamp } from "../server/cluster.ts";
import { decodeBody } from "../server/decode.ts";
import { badRequest, conflict, invalidObject } from "../server/status-error.ts";
import type { Place } from "../verbs/read.ts";

const BINDING = { group: "", plural: "pods/binding" } as const;

interface Binding {
  readonly metadata?: Partial<KubeObject["metadata"]>;
  readonly target?: { readonly kind?: string; readonly name?: string };
}

interface Condition {
  readonly type: string;
}

/** POST of a Binding: puts a pod on a node, once. Throws StatusError. */
export async function bindPod(
  { cluster }: ApiServer,
  call: Call,
  { kind, namespace, name }: Place & { readonly name: string },
): Promise<Answer> {
  const binding = readBinding(await bodyOf(call));
  const nodeName = nodeOf(binding, name);
  const nowMs = cluster.time.nowMs();
  const change = (pod: KubeObject): KubeObject => bound(pod, { binding, nodeName, nowMs });
  // Binding is the scheduler's write of the spec and of its own condition of the status.
  const options = writeOptionsOf(call, "binding");
  updateObject(cluster, { kind, key: { namespace, name }, change }, options);
  return successAnswer(201);
}

/** POST of a Binding to `bindings` of a namespace; the Binding names the pod. Throws StatusError. */
export async function postBinding(
  server: ApiServer,
  call: Call,
  { pods, namespace }: { readonly pods: KindDefinition; readonly namespace: string },
): Promise<Answer> {
  const binding = readBinding(await bodyOf(call));
  const name = binding.metadata?.name ?? "";
  const nowMs = server.cluster.time.nowMs();
  const nodeName = nodeOf(binding, name);
  const change = (pod: KubeObject): KubeObject => bound(pod, { binding, nodeName, nowMs });
  const options = writeOptionsOf(call, "binding");
  updateObject(server.cluster, { kind: pods, key: { namespace, name }, change }, options);
  return successAnswer(201);
}

function readBinding(body: Parameters<typeof decodeBody>[0]): Binding {
  const decoded = decodeBody(body, "Binding");
  if (typeof decoded !== "object" || decoded === null) throw badRequest("a Binding is an object");
  return decoded;
}

function nodeOf({ target }: Binding, name: string): string {
  const kind = target?.kind ?? "";
  const node = target?.name ?? "";
  if (node !== "" && (kind === "" || kind === "Node")) return node;
  const cause =
    node === ""
      ? required("target.name")
      : ({
          reason: "FieldValueNotSupported",
          field: "target.kind",
          message: `Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`,
        } as const);
  throw invalidObject({ group: "", kind: "Binding" }, name, [cause]);
}

function bound(
  pod: KubeObject,
  { binding, nodeName, nowMs }: { binding: Binding; nodeName: string; nowMs: number },
): KubeObject {
  const { name } = pod.metadata;
  const spec = (pod["spec"] ?? {}) as { nodeName?: string };
  const status = (pod["status"] ?? {}) as { conditions?: readonly Condition[] };
  const { uid = "" } = binding.metadata ?? {};
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(BINDING, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if ((spec.nodeName ?? "") !== "") {
    const why = `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`;
    throw conflict(BINDING, name, why);
  }
  if (uid !== "" && uid !== pod.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid ?? ""}`;
    throw conflict(BINDING, name, why);
  }
  const others = (status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const scheduled = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(nowMs),
  };
  const added = binding.metadata?.annotations;
  const annotations = added === undefined ? undefined : { ...pod.metadata.annotations, ...added };
  return {
    ...pod,
    metadata: { ...pod.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...spec, nodeName },
    status: { ...status, conditions: [...others, scheduled] },
  };
}
