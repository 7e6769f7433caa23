import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import { type AutoscalerOptions, startAutoscaler } from "../autoscaler/index.ts";
import { startControllers } from "../controllers/index.ts";
import { berthCrds } from "../kube/index.ts";
import type { LabKubernetes } from "../labfile/lab-file.ts";
import { startScheduler } from "../scheduler/index.ts";
import { Applier, type Manifest } from "./applier.ts";
import { awsNode, type AwsNodeOptions } from "./aws-node.ts";
import { type CloudInstances, startCloudNodes } from "./cloud-nodes.ts";
import type { ClusterApi } from "./cluster-api.ts";
import { kubeProxy } from "./kube-proxy.ts";
import { priorityClasses } from "./priority-classes.ts";
import { holdsLease } from "./whose.ts";

/** What a control plane is made of. */
export interface ControlPlaneOptions {
  readonly api: ClusterApi;
  readonly time: Time;
  readonly kubernetes: LabKubernetes;
  /** Whether the API server is the lab's own: then nobody else schedules. */
  readonly ownApi: boolean;
  readonly agent: AwsNodeOptions;
  readonly cloud: CloudInstances;
  /** Undefined: nodes are added by nobody. */
  readonly autoscaler: Pick<AutoscalerOptions, "cloud" | "settings"> | undefined;
  readonly onBug: (error: unknown) => void;
}

/** Everything of a cluster but its nodes. */
export interface ControlPlane {
  /** May do everything. */
  readonly client: KubeClient;
  /** Brings further objects into the cluster. */
  apply(objects: readonly Manifest[]): Promise<void>;
  /** Ends the scheduler and the controllers; the API goes on. */
  close(): Promise<void>;
}

/**
 * Gives a cluster the objects that one of EKS begins with, and starts the scheduler, the controllers and the autoscaler, unless
 * the cluster has its own. Resolves when the objects are there.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { api, agent } = options;
  const client = api.client({ component: "berth-lab", user: "system:admin" });
  const applier = new Applier(client);
  await applier.apply([...berthCrds(), ...priorityClasses()]);
  const parts = await startParts(options, client);
  await applier.apply([...awsNode(agent), ...kubeProxy()]);
  return {
    client,
    apply: (objects) => applier.apply(objects),
    close: async () => {
      await Promise.all(parts.map(async (part) => part.close()));
      client.close();
    },
  };
}

interface Part {
  close(): Promise<void> | void;
}

async function startParts(options: ControlPlaneOptions, admin: KubeClient): Promise<Part[]> {
  const { api, time, kubernetes, cloud, autoscaler, onBug } = options;
  const parts: Part[] = [];
  const start = (component: string, begin: (client: KubeClient) => Part): void => {
    const client = api.client({ component, user: `system:${component}` });
    const part = begin(client);
    parts.push({
      close: async () => {
        await part.close();
        client.close();
      },
    });
  };
  const isOurs = async (wish: "auto" | "lab" | "cluster", component: string): Promise<boolean> =>
    wish === "lab" ||
    (wish === "auto" && (options.ownApi || !(await holdsLease(admin, component))));
  if (await isOurs(kubernetes.controllers, "kube-controller-manager")) {
    start("kube-controller-manager", (client) =>
      startControllers({ client, time, onBug, rootCa: api.rootCa }),
    );
  }
  if (await isOurs(kubernetes.scheduler, "kube-scheduler")) {
    start("kube-scheduler", (client) => startScheduler({ client, time, onBug }));
  }
  // A cluster's own cloud controller does not know the lab's instances, so that a Lease says nothing.
  if (kubernetes.cloudController !== "cluster") {
    start("cloud-controller-manager", (client) => startCloudNodes({ client, cloud, onBug }));
  }
  if (autoscaler !== undefined) {
    start("karpenter", (client) => startAutoscaler({ client, time, onBug, ...autoscaler }));
  }
  return parts;
}
