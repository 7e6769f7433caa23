import type { Pod } from "kubernetes-types/core/v1";
import { timeText } from "../../../time/index.ts";
import { PODS } from "../../../kube-client/index.ts";
import { refOf } from "../objects/meta.ts";
import type { Shell } from "./shell.ts";

/** Sets the condition DisruptionTarget, by which others see why a pod goes; `phase` ends it at once. */
export async function markDisrupted(
  { client, time }: Pick<Shell, "client" | "time">,
  pod: Pod,
  why: { readonly reason: string; readonly message: string; readonly phase?: "Failed" },
): Promise<void> {
  const { reason, message, phase } = why;
  const lastTransitionTime = timeText(time.nowMs());
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason,
    message,
    lastTransitionTime,
  };
  await client.patch(PODS, refOf(pod), {
    type: "strategic",
    subresource: "status",
    body: { status: { conditions: [condition], ...(phase === undefined ? {} : { phase }) } },
  });
}
