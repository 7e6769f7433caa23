import { rmSync } from "node:fs";
import type { Pod } from "kubernetes-types/core/v1";
import { isConflict, isNotFound, type KubeClient, PODS } from "../../kube-client/index.ts";
import type { PodContext } from "./pod-context.ts";
import { podParts } from "./pod-view.ts";
import type { RuntimeSandbox } from "./runtime.ts";
import { sandboxSpec } from "./sandbox-spec.ts";

/** Lets the API forget a pod whose processes have ended. False when that has to be tried again. */
export async function letGo(client: KubeClient, pod: Pod): Promise<boolean> {
  const { name, namespace, uid } = podParts(pod);
  try {
    await client.delete(PODS, { name, namespace }, { gracePeriodSeconds: 0, uid });
    return true;
  } catch (error) {
    // It is gone already, or another pod has its name.
    return isNotFound(error) || isConflict(error);
  }
}

/** Removes what is left of a pod on the node: its sandboxes, volumes and logs. */
export async function removePod(
  { runtime, volumes, logsDir, statuses }: PodContext,
  pod: Pod,
  sandboxes: readonly RuntimeSandbox[],
): Promise<void> {
  const { uid } = podParts(pod);
  await Promise.all(sandboxes.map(({ id }) => runtime.removeSandbox(id)));
  volumes?.tearDown(uid);
  const { logDir } = sandboxSpec(pod, { attempt: 0, logsDir });
  if (logDir !== "") rmSync(logDir, { recursive: true, force: true });
  statuses.forget(uid);
}
