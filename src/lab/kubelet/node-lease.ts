import type { Lease } from "kubernetes-types/coordination/v1";
import { isNotFound, type KubeClient, LEASES } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import type { KubeletNode } from "./kubelet-node.ts";
import { microTimeText } from "./time-text.ts";

/** What keeping a lease needs. */
export interface LeaseOptions {
  readonly client: KubeClient;
  readonly node: KubeletNode;
  readonly time: Time;
  /** Of the Node, which owns the lease. */
  readonly uid: string | undefined;
  /** Ends the renewing. */
  readonly signal: AbortSignal;
}

const RENEW_MS = 10_000;
const DURATION_SECONDS = 40;
const NAMESPACE = "kube-node-lease";

/** Makes the lease by which a node says that it is alive, and renews it every 10 seconds. */
export async function keepLease(options: LeaseOptions): Promise<void> {
  const { client, node, time, signal } = options;
  const ref = { namespace: NAMESPACE, name: node.name };
  const make = (): Promise<unknown> =>
    // What fails here passes or shows elsewhere; the lease is renewed again soon.
    client.create(LEASES, leaseOf(options)).catch(() => undefined);
  await make();
  for (;;) {
    await time.sleep(RENEW_MS, { signal });
    if (signal.aborted) return;
    try {
      const body = { spec: { renewTime: microTimeText(time.nowMs()) } };
      await client.patch(LEASES, ref, { type: "merge", body });
    } catch (error) {
      if (isNotFound(error)) await make();
    }
  }
}

function leaseOf({ node: { name }, time, uid }: LeaseOptions): Lease {
  const owners =
    uid === undefined ? {} : { ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid }] };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: NAMESPACE, ...owners },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: DURATION_SECONDS,
      renewTime: microTimeText(time.nowMs()),
    },
  };
}
