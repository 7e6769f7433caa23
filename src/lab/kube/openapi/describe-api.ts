import { createHash } from "node:crypto";
import { type DescribedKind, groupPath } from "./described-kind.ts";
import { v2Json, v2Parts } from "./v2-document.ts";
import { v2Protobuf } from "./v2-protobuf.ts";
import { v3Document } from "./v3-document.ts";

/** The only form in which kubectl reads OpenAPI v2. */
export const OPENAPI_V2_CONTENT_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** OpenAPI documents of a set of kinds, each made when it is first asked for. Make a new one when the kinds change. */
export interface ApiDescription {
  /** `/openapi/v2`, as protobuf. */
  v2(): Uint8Array;
  /** `/openapi/v2` for those who accept only JSON. */
  v2Json(): string;
  /** `/openapi/v3`: `{"paths":{"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=…"}}}`. */
  v3Root(): string;
  /** `/openapi/v3/<path>`, e.g. `api/v1` or `apis/apps/v1`; undefined for a group version that isn't served. */
  v3(path: string): string | undefined;
}

/** Describes these kinds. Pure: the same kinds give the same bytes. */
export function describeApi(kinds: readonly DescribedKind[], gitVersion: string): ApiDescription {
  const byPath = Map.groupBy(kinds, groupPath);
  const documents = new Map<string, string>();
  let bytes: Uint8Array | undefined;
  let json: string | undefined;
  let root: string | undefined;
  return {
    v2: () => (bytes ??= v2Protobuf(v2Parts(kinds, gitVersion))),
    v2Json: () => (json ??= JSON.stringify(v2Json(v2Parts(kinds, gitVersion)))),
    v3Root: () => (root ??= rootDocument(byPath, gitVersion)),
    v3(path) {
      const own = byPath.get(path);
      if (own === undefined) return undefined;
      const text = documents.get(path) ?? JSON.stringify(v3Document(own, gitVersion));
      documents.set(path, text);
      return text;
    },
  };
}

/** The hash is of what a document is made from, so that none has to be made for it. */
function rootDocument(
  byPath: ReadonlyMap<string, readonly DescribedKind[]>,
  gitVersion: string,
): string {
  const paths = [...byPath].map(([path, kinds]) => {
    const hash = createHash("sha256")
      .update(JSON.stringify([gitVersion, kinds]))
      .digest("hex");
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash.toUpperCase()}` }] as const;
  });
  return JSON.stringify({ paths: Object.fromEntries(paths) });
}
