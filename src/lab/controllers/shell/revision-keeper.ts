import type { ControllerRevision } from "kubernetes-types/apps/v1";
import {
  CONTROLLER_REVISIONS,
  isAlreadyExists,
  isNotFound,
  type KubeClient,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { refOf, uidOf } from "../objects/meta.ts";
import type { RevisionPlan } from "../objects/revisions.ts";

/** What came of {@link keepRevisions}: the hash's name is taken by another template, or all is well. */
export type KeptRevisions = "kept" | "collision";

/** Writes what a plan asks for. */
export async function keepRevisions(
  client: KubeClient,
  { current, action, surplus }: RevisionPlan,
): Promise<KeptRevisions> {
  if (action === "create" && !(await createRevision(client, current))) return "collision";
  if (action === "renumber") {
    await client.patch(CONTROLLER_REVISIONS, refOf(current), {
      type: "merge",
      body: { revision: current.revision },
    });
  }
  for (const revision of surplus) {
    await client
      .delete(CONTROLLER_REVISIONS, refOf(revision), { uid: uidOf(revision) })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
  return "kept";
}

/** False if there is another one of that name. */
async function createRevision(client: KubeClient, revision: ControllerRevision): Promise<boolean> {
  try {
    await client.create(CONTROLLER_REVISIONS, revision);
    return true;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const existing = await client.get(CONTROLLER_REVISIONS, refOf(revision));
    return meansSame(existing.data, revision.data);
  }
}
