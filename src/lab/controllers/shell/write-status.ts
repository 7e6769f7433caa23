import type { KubeObject, TypedResource } from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import type { Shell } from "./shell.ts";

/** Replaces the status of an object if it means something else than what the object has. Conflicts reject. */
export async function writeStatus<T extends KubeObject & { readonly status?: object }>(
  { client }: Shell,
  {
    resource,
    object,
    status,
  }: {
    readonly resource: TypedResource<T>;
    readonly object: T;
    readonly status: NonNullable<T["status"]>;
  },
): Promise<void> {
  if (meansSame(object.status, status)) return;
  await client.replace(resource, { ...object, status }, { subresource: "status" });
}
