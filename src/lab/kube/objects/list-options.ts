import { type FieldCause, forbidden, notSupported } from "../kinds/field-error.ts";
import { badRequest, invalidObject } from "../server/status-error.ts";

/** The options of a list or watch (meta/v1 ListOptions) beside its selectors. */
export interface ListOptions {
  readonly limit: number | undefined;
  readonly continueToken: string;
  /** Undefined: not given, or empty. */
  readonly version: number | undefined;
  readonly match: "" | "Exact" | "NotOlderThan";
  readonly sendInitialEvents: boolean | undefined;
  readonly bookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

const MATCHES = ["Exact", "NotOlderThan"] as const;

/** Reads the options of a list or watch, as strict as the real server. Throws StatusError. */
export function readListOptions(query: URLSearchParams, verb: "list" | "watch"): ListOptions {
  const match = query.get("resourceVersionMatch") ?? "";
  const sendInitialEvents = readBoolean(query, "sendInitialEvents");
  const version = readVersion(query.get("resourceVersion") ?? "");
  const continueToken = query.get("continue") ?? "";
  const causes =
    verb === "watch"
      ? watchCauses(match, sendInitialEvents)
      : listCauses(match, { version, sendInitialEvents, continueToken });
  if (causes.length > 0) {
    throw invalidObject({ group: "meta.k8s.io", kind: "ListOptions" }, "", causes);
  }
  const known = MATCHES.find((word) => word === match);
  return {
    limit: readCount(query, "limit"),
    continueToken,
    version,
    match: known ?? "",
    sendInitialEvents,
    bookmarks: readBoolean(query, "allowWatchBookmarks") ?? false,
    timeoutSeconds: readCount(query, "timeoutSeconds"),
  };
}

/** A switch of a query: `true`, `1`; undefined if it isn't there. A present one without value is on. */
export function readBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return !["false", "False", "FALSE", "F", "f", "0"].includes(text);
}

function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  if (!/^-?\d{1,18}$/.test(text)) {
    throw badRequest(
      `converting (url.Values).${name} to int64: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const count = Number(text);
  return count > 0 ? count : undefined;
}

function readVersion(text: string): number | undefined {
  if (text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const cause: FieldCause = {
    reason: "FieldValueInvalid",
    field: "resourceVersion",
    message: `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  };
  throw invalidObject({ group: "meta.k8s.io", kind: "ListOptions" }, "", [cause]);
}

function watchCauses(match: string, sendInitialEvents: boolean | undefined): FieldCause[] {
  const field = "resourceVersionMatch";
  const causes: FieldCause[] = [];
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    causes.push(
      forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
    );
  }
  if (match === "") return causes;
  if (sendInitialEvents === undefined) {
    causes.push(
      forbidden(
        field,
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      ),
    );
  }
  if (match !== "NotOlderThan") causes.push(notSupported(field, match, ["NotOlderThan"]));
  return causes;
}

function listCauses(
  match: string,
  given: {
    readonly version: number | undefined;
    readonly sendInitialEvents: boolean | undefined;
    readonly continueToken: string;
  },
): FieldCause[] {
  const field = "resourceVersionMatch";
  const causes: FieldCause[] = [];
  if (given.sendInitialEvents !== undefined) {
    causes.push(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  if (match === "") return causes;
  if (given.version === undefined) {
    causes.push(
      forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"),
    );
  }
  if (given.continueToken !== "") {
    causes.push(forbidden(field, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (!MATCHES.some((word) => word === match)) causes.push(notSupported(field, match, MATCHES));
  if (match === "Exact" && given.version === 0) {
    causes.push(
      forbidden(field, 'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"'),
    );
  }
  return causes;
}
