import { isNotFound, PODS, retryOnConflict } from "../kube-client/index.ts";
import type { KubeClient } from "../kube-client/index.ts";
import { formatIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import type { PodName } from "../pool/index.ts";

/** Read by those who need a pod's address before its status has it; as written by the VPC CNI with ANNOTATE_POD_IP. */
const KEY = "vpc.amazonaws.com/pod-ips";

/** Writes a pod's address into its annotation, over whatever is there. */
export async function notePodAddress(
  client: KubeClient,
  { namespace, name }: PodName,
  address: Ip,
): Promise<void> {
  const body = { metadata: { annotations: { [KEY]: formatIp(address) } } };
  await client.patch(PODS, { namespace, name }, { type: "merge", body });
}

/** Empties the annotation if it has this address: another one belongs to a pod that was made anew by the same name. */
export async function clearPodAddress(
  client: KubeClient,
  { namespace, name }: PodName,
  address: Ip,
): Promise<void> {
  await retryOnConflict(client.time, async () => {
    const pod = await client.tryGet(PODS, { namespace, name });
    if (pod?.metadata?.annotations?.[KEY] !== formatIp(address)) return;
    const { resourceVersion } = pod.metadata;
    const metadata = { resourceVersion, annotations: { [KEY]: "" } };
    try {
      await client.patch(PODS, { namespace, name }, { type: "merge", body: { metadata } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  });
}
