import { readSelection, type Selection } from "../objects/selection.ts";
import { readBoolean, readListOptions } from "../objects/list-options.ts";
import type { Page } from "../objects/list.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import { newTable, partialObjectMetadata } from "../printing/table.ts";
import { formatFor } from "../server/accept.ts";
import type { Answer } from "../server/answer.ts";
import { jsonAnswer, objectAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, type Call } from "../server/call.ts";
import { apiVersionOf, type Cluster, shown, tableOf } from "../server/cluster.ts";
import type { Format } from "../server/format.ts";
import { notFound } from "../server/status-error.ts";
import { itemText, jsonText } from "../storage/json-text.ts";

/** Which objects of a kind a request is about. */
export interface Place {
  readonly kind: KindDefinition;
  readonly namespace: string | undefined;
}

/** GET of one object. Throws StatusError. */
export function getObject(
  server: ApiServer,
  call: Call,
  { kind, namespace, name }: Place & { readonly name: string },
): Answer | undefined {
  if (readBoolean(call.query, "watch") === true) {
    watchObjects(server, call, { kind, namespace }, name);
    return undefined;
  }
  const accepted = acceptedBy(call);
  const stored = tableOf(server.cluster, kind).get({ namespace, name });
  if (stored === undefined) throw notFound(kind, name);
  const nowMs = server.cluster.time.nowMs();
  return objectAnswer({ accepted, query: call.query, nowMs }, kind, shown(kind, stored));
}

/** GET of many: a list, or with `watch` a watch, which is served until it ends. Throws StatusError. */
export function listObjects(server: ApiServer, call: Call, place: Place): Answer | undefined {
  if (readBoolean(call.query, "watch") === true) {
    watchObjects(server, call, place);
    return undefined;
  }
  const accepted = acceptedBy(call);
  const selection = readSelection(place.kind, place.namespace, call.query);
  const page = server.lister.list(selection, readListOptions(call.query, "list"));
  const text = listText(server.cluster, selection, page, formatFor(accepted, call.query));
  return jsonAnswer(200, text, accepted);
}

function watchObjects(server: ApiServer, call: Call, place: Place, name?: string): void {
  const format = formatFor(acceptedBy(call), call.query);
  const query = new URLSearchParams(call.query);
  if (name !== undefined) query.set("fieldSelector", `metadata.name=${name}`);
  const selection = readSelection(place.kind, place.namespace, query);
  const options = readListOptions(query, "watch");
  server.watches.serve(call.response, { selection, options, format });
}

/** A list of objects as JSON. */
export function listText(
  cluster: Cluster,
  { kind }: Pick<Selection, "kind">,
  page: Page,
  format: Format,
): string {
  const metadata = {
    resourceVersion: String(page.version),
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
  switch (format.kind) {
    case "object": {
      const head = `{"kind":${JSON.stringify(kind.listKind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},"metadata":${JSON.stringify(metadata)},"items":[`;
      // The real server leaves kind and apiVersion out of the items of its own kinds, not of others.
      const text = cluster.isCustom(kind) ? jsonText : itemText;
      return `${head}${page.objects.map(text).join(",")}]}`;
    }
    case "partial":
      return JSON.stringify({
        kind: "PartialObjectMetadataList",
        apiVersion: `meta.k8s.io/${format.version}`,
        metadata,
        items: page.objects.map((object) => partialObjectMetadata(object, format.version)),
      });
    case "table":
      return JSON.stringify(
        newTable({
          kind,
          objects: page.objects,
          metadata,
          includeObject: format.includeObject,
          version: format.version,
          nowMs: cluster.time.nowMs(),
        }),
      );
  }
}
