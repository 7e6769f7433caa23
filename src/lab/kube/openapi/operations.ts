import {
  type DescribedKind,
  groupPath,
  type Json,
  KIND_EXTENSION,
  kindExtension,
} from "./described-kind.ts";

/** The HTTP methods of a path, in lower case. */
export type Method = "get" | "put" | "post" | "delete" | "patch";

/** One method of a path. */
export interface Operation {
  readonly method: Method;
  /** For example `createAppsV1NamespacedDeployment`. */
  readonly id: string;
  readonly kind: Json;
  /** Query parameters that this kind of operation takes. */
  readonly parameters: readonly QueryParameter[];
  /** The operation takes and gives an object of the kind. */
  readonly hasObject: boolean;
}

/** A parameter in the query, a text. */
export interface QueryParameter {
  readonly name: string;
  readonly description: string;
}

/** The operations of one path, e.g. `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`. */
export interface PathOperations {
  readonly path: string;
  readonly operations: readonly Operation[];
}

const WRITE_PARAMETERS: readonly QueryParameter[] = [
  {
    name: "dryRun",
    description: "All: the request is checked and answered, and nothing is stored.",
  },
  { name: "fieldManager", description: "Who makes the change, up to 128 characters." },
  {
    name: "fieldValidation",
    description:
      "What becomes of unknown fields: Ignore drops them, Warn tells of them, Strict refuses them.",
  },
];

const DELETE_PARAMETERS: readonly QueryParameter[] = [
  ...WRITE_PARAMETERS.slice(0, 1),
  { name: "gracePeriodSeconds", description: "Seconds until the object is deleted." },
  { name: "propagationPolicy", description: "Orphan, Background or Foreground." },
];

/** The paths of a kind: its objects, one of them, and the parts that can be written alone. */
export function pathsOf(kind: DescribedKind): readonly PathOperations[] {
  const root = `/${groupPath(kind)}`;
  const objects = kind.namespaced
    ? `${root}/namespaces/{namespace}/${kind.plural}`
    : `${root}/${kind.plural}`;
  const everywhere = kind.namespaced ? [`${root}/${kind.plural}`] : [];
  const parts = kind.subresources.filter((name) => name === "status");
  return [
    ...everywhere.map((path) => ({
      path,
      operations: [operation(kind, "get", { verb: "list", suffix: "ForAllNamespaces" })],
    })),
    {
      path: objects,
      operations: [
        operation(kind, "get", { verb: "list" }),
        operation(kind, "post", { verb: "create" }),
      ],
    },
    { path: `${objects}/{name}`, operations: objectOperations(kind, "") },
    ...parts.map((part) => ({
      path: `${objects}/{name}/${part}`,
      operations: objectOperations(kind, "Status").filter(({ method }) => method !== "delete"),
    })),
  ];
}

function objectOperations(kind: DescribedKind, suffix: string): readonly Operation[] {
  return [
    operation(kind, "get", { verb: "read", suffix }),
    operation(kind, "put", { verb: "replace", suffix }),
    operation(kind, "delete", { verb: "delete", suffix }),
    operation(kind, "patch", { verb: "patch", suffix }),
  ];
}

function operation(
  kind: DescribedKind,
  method: Method,
  { verb, suffix = "" }: { readonly verb: string; readonly suffix?: string },
): Operation {
  const group = kind.group === "" ? "core" : (kind.group.split(".")[0] ?? "");
  const scope = kind.namespaced && suffix !== "ForAllNamespaces" ? "Namespaced" : "";
  return {
    method,
    id: `${verb}${capital(group)}${capital(kind.version)}${scope}${kind.kind}${suffix}`,
    kind: kindExtension(kind),
    parameters: parametersOf(method),
    hasObject: method !== "delete" && verb !== "list",
  };
}

function parametersOf(method: Method): readonly QueryParameter[] {
  switch (method) {
    case "get":
      return [];
    case "delete":
      return DELETE_PARAMETERS;
    case "put":
    case "post":
    case "patch":
      return WRITE_PARAMETERS;
  }
}

/** The extensions of an operation. */
export function operationExtensions({ kind }: Operation): Json {
  return { [KIND_EXTENSION]: kind };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
