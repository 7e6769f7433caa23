/** Who sends a request. Nothing is forbidden to those who are known by name; others see only that the server is up. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /** Of a service account: its own uid. */
  readonly uid?: string | undefined;
}

/** Who shows neither a certificate nor a token that the server knows. */
export const ANONYMOUS: User = {
  name: "system:anonymous",
  groups: ["system:unauthenticated"],
};

/** A user that has shown who it is, with the groups that go with its name. */
export function authenticated(name: string, groups: readonly string[] = []): User {
  const account = serviceAccountOf(name);
  const implied =
    account === undefined
      ? []
      : ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`];
  const nodes = name.startsWith("system:node:") ? ["system:nodes"] : [];
  return { name, groups: [...new Set([...groups, ...nodes, ...implied, "system:authenticated"])] };
}

/** The service account that a user name stands for. */
export function serviceAccountOf(
  user: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return match === null ? undefined : { namespace: match[1] ?? "", name: match[2] ?? "" };
}
