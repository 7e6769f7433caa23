import {
  isNotFound,
  KubeError,
  type KubeObject,
  type TypedResource,
} from "../../../kube-client/index.ts";
import type { Claim } from "../objects/claim.ts";
import { isDeleting, refOf, uidOf } from "../objects/meta.ts";
import { controllerReference } from "../objects/owner.ts";
import type { Shell } from "./shell.ts";

/**
 * Writes the owner references of a claim, and returns what the owner controls then. Before it adopts it asks the server
 * whether the owner still exists, as the informer may lag.
 */
export async function takeUp<O extends KubeObject, T extends KubeObject>(
  { client }: Shell,
  owner: { readonly resource: TypedResource<O>; readonly object: O },
  dependents: { readonly resource: TypedResource<T>; readonly claim: Claim<T> },
): Promise<T[]> {
  const { resource, claim } = dependents;
  const uid = uidOf(owner.object);
  for (const object of claim.released) {
    const ownerReferences = [{ $patch: "delete", uid }];
    await client
      .patch(resource, refOf(object), {
        type: "strategic",
        body: { metadata: { uid: uidOf(object), ownerReferences } },
      })
      .catch(unlessGone);
  }
  if (claim.adopted.length === 0) return [...claim.held];
  const fresh = await client.tryGet(owner.resource, refOf(owner.object));
  if (fresh === undefined || uidOf(fresh) !== uid || isDeleting(fresh)) return [...claim.held];
  const adopted = await Promise.all(
    claim.adopted.map((object) =>
      client
        .patch(resource, refOf(object), {
          type: "strategic",
          body: {
            metadata: {
              uid: uidOf(object),
              ownerReferences: [controllerReference(owner.object, owner.resource)],
            },
          },
        })
        .catch(unlessGone),
    ),
  );
  return [...claim.held, ...adopted.filter((object) => object !== undefined)];
}

/** An object that is gone, or is another one by now (422), needs no reference. */
function unlessGone(error: unknown): undefined {
  if (isNotFound(error) || isInvalid(error)) return undefined;
  throw error;
}

function isInvalid(error: unknown): boolean {
  return error instanceof KubeError && error.status === 422;
}
