import { type KubeClient, LEASES } from "../../kube-client/index.ts";
import { KUBE_SYSTEM } from "./node-daemon.ts";

/** Whether a component of the control plane runs, by the Lease that it holds in kube-system. */
export async function holdsLease(client: KubeClient, component: string): Promise<boolean> {
  const lease = await client.tryGet(LEASES, { namespace: KUBE_SYSTEM, name: component });
  const { renewTime, leaseDurationSeconds = 15, holderIdentity = "" } = lease?.spec ?? {};
  if (renewTime === undefined || holderIdentity === "") return false;
  return Date.parse(renewTime) + leaseDurationSeconds * 1000 > client.time.nowMs();
}
