import { stringify } from "yaml";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Accepted } from "./accept.ts";
import { formatFor } from "./accept.ts";
import { formatOne } from "./format.ts";
import type { Status, StatusDetails } from "./status-error.ts";

/** What is sent back, complete. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** The media type of nearly every answer. */
export const JSON_TYPE = "application/json";

/** An answer in plain text. */
export function textAnswer(body: string): Answer {
  return { status: 200, type: "text/plain; charset=utf-8", body };
}

/** An answer that is JSON already, in the encoding that the client accepts. */
export function jsonAnswer(status: number, json: string, accepted?: Accepted): Answer {
  if (accepted?.encoding !== "yaml") return { status, type: JSON_TYPE, body: json };
  return { status, type: "application/yaml", body: stringify(JSON.parse(json)) };
}

/** An answer with one object. */
export function objectAnswer(
  shape: { readonly accepted: Accepted; readonly query: URLSearchParams; readonly nowMs: number },
  kind: KindDefinition,
  object: KubeObject,
  status = 200,
): Answer {
  const { accepted, query, nowMs } = shape;
  const format = formatFor(accepted, query);
  return jsonAnswer(status, formatOne(kind, object, { format, nowMs }), accepted);
}

/** An answer that says only that it has been done. */
export function successAnswer(status: 200 | 201 | 202, details?: StatusDetails): Answer {
  const body: Omit<Status, "code"> & { readonly code?: number } = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    ...(details === undefined ? {} : { details }),
    ...(status === 200 ? {} : { code: status }),
  };
  return { status, type: JSON_TYPE, body: JSON.stringify(body) };
}
