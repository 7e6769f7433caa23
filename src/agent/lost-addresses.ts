import { formatIpv4 } from "../net/index.ts";
import type { Ipv4 } from "../net/index.ts";
import type { OwnerKey, PoolChange } from "../pool/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { forgetEni } from "./eni-removal.ts";
import { errorFacts } from "./log.ts";
import type { Node } from "./node.ts";

/** What the pool lost or let go is removed from the kernel and from the file. */
export function followChange(node: Node, checkpoint: Checkpoint, change: PoolChange): void {
  for (const { pod, key, address } of change.lost) tellLost(node, { pod, key, address });
  if (change.lost.length > 0) {
    checkpoint
      .commit()
      .catch((error: unknown) => node.log.warn(errorFacts(error), "the checkpoint lags"));
  }
  // A lost address may come back on another ENI, for another pod.
  for (const { address } of change.lost) node.kernel.unwirePod(address);
  for (const id of change.removedEnis) forgetEni(node, id);
}

function tellLost(
  { log, cluster }: Node,
  { pod, key, address }: { pod: PoolChange["lost"][number]["pod"]; key: OwnerKey; address: Ipv4 },
): void {
  const text = formatIpv4(address);
  log.error(
    { ...pod, key, address: text },
    "a pod's address is gone from the node; its network does not work any more",
  );
  const message = `The pod's address ${text} is not this node's any more: its ENI was detached, or another program unassigned it. Delete the pod, so that it is made anew.`;
  cluster?.tell(
    { kind: "pod", pod, uid: "" },
    { severity: "Warning", reason: "AddressLost", message },
  );
}
