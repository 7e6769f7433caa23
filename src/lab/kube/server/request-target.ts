/** What the path of a request points to. */
export type RequestTarget =
  | {
      readonly kind: "objects";
      readonly group: string;
      readonly version: string;
      readonly plural: string;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly subresource: string | undefined;
    }
  /** `/api` and `/apis`. */
  | { readonly kind: "groups"; readonly legacy: boolean }
  /** `/apis/apps`. */
  | { readonly kind: "group"; readonly group: string }
  /** `/api/v1`, `/apis/apps/v1`. */
  | { readonly kind: "groupVersion"; readonly group: string; readonly version: string }
  | { readonly kind: "other"; readonly path: string };

const OF_NAMESPACE = ["status", "finalize"];

/** Reads a path, as the real server does: names are percent-decoded, a slash at the end doesn't count. */
export function readTarget(path: string): RequestTarget {
  const parts = path.split("/").filter((part) => part !== "");
  const [root] = parts;
  if (root === "api") {
    if (parts.length === 1) return { kind: "groups", legacy: true };
    const [, version = "", ...rest] = parts;
    return groupVersionTarget({ group: "", version }, rest.map(decode));
  }
  if (root === "apis") {
    if (parts.length === 1) return { kind: "groups", legacy: false };
    const [, group = "", version, ...rest] = parts;
    if (version === undefined) return { kind: "group", group };
    return groupVersionTarget({ group, version }, rest.map(decode));
  }
  return { kind: "other", path: `/${parts.join("/")}` };
}

function groupVersionTarget(
  { group, version }: { readonly group: string; readonly version: string },
  parts: readonly string[],
): RequestTarget {
  const head = { group, version };
  const [first, second, third] = parts;
  if (first === undefined) return { kind: "groupVersion", ...head };
  // A namespace and its own subresources; anything else below it is a resource in it.
  const inside = first === "namespaces" && third !== undefined && !OF_NAMESPACE.includes(third);
  const [plural = "", name, ...sub] = inside ? parts.slice(2) : parts;
  return {
    kind: "objects",
    ...head,
    plural,
    namespace: inside ? second : undefined,
    name,
    subresource: sub.length === 0 ? undefined : sub.join("/"),
  };
}

function decode(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
