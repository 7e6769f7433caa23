import type { IncludeObject } from "../printing/table.ts";
import type { Format } from "./format.ts";
import { badRequest, notAcceptable } from "./status-error.ts";

/** The encodings in which objects are sent. Those who prefer protobuf get JSON, which they know too. */
export type Encoding = "json" | "yaml";

/** What a request's Accept comes to. */
export interface Accepted {
  readonly encoding: Encoding;
  readonly as: "object" | "table" | "partial";
  readonly version: "v1" | "v1beta1";
}

/** The media types that are served, as a 406 names them. */
export const SERVED: readonly string[] = ["application/json", "application/yaml"];

const PLAIN: Accepted = { encoding: "json", as: "object", version: "v1" };

/** Chooses among what a client accepts, in its order. Throws StatusError 406. */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept === "" || accept === "application/json") return PLAIN;
  for (const clause of accept.split(",")) {
    const [type = "", ...parameters] = clause.split(";").map((part) => part.trim());
    const encoding = ENCODINGS[type.toLowerCase()];
    if (encoding === undefined) continue;
    const values = new Map(parameters.map((text) => splitAt(text)));
    const as = SHAPES[values.get("as") ?? ""];
    if (as === undefined) continue;
    const version = values.get("v") === "v1beta1" ? "v1beta1" : "v1";
    return { encoding, as, version };
  }
  throw notAcceptable(SERVED);
}

/** The format of objects for a request. Throws StatusError. */
export function formatFor({ as, version }: Accepted, query: URLSearchParams): Format {
  switch (as) {
    case "object":
      return { kind: "object" };
    case "partial":
      return { kind: "partial", version };
    case "table":
      return { kind: "table", version, includeObject: readIncludeObject(query) };
  }
}

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
  "application/yaml": "yaml",
};

const SHAPES: Readonly<Record<string, Accepted["as"]>> = {
  "": "object",
  Table: "table",
  PartialObjectMetadata: "partial",
  PartialObjectMetadataList: "partial",
};

const INCLUDED: readonly IncludeObject[] = ["None", "Metadata", "Object"];

function readIncludeObject(query: URLSearchParams): IncludeObject {
  const text = query.get("includeObject") ?? "";
  if (text === "") return "Metadata";
  const known = INCLUDED.find((word) => word === text);
  if (known !== undefined) return known;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text)}`);
}

function splitAt(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
