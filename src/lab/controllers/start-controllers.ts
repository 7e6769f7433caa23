import { CONTROLLER_NAMES, type ControllerName } from "./controllers.ts";
import type { Controllers, ControllersOptions } from "./controllers.ts";
import { CronJobController } from "./cron-job/cron-jobs.ts";
import { DaemonSetController } from "./daemon-set/daemon-sets.ts";
import { DeploymentController } from "./deployment/deployments.ts";
import { DisruptionController } from "./disruption/disruption.ts";
import { EndpointsController } from "./endpoints/endpoints.ts";
import { GarbageCollector } from "./garbage/garbage-collector.ts";
import { JobController } from "./job/jobs.ts";
import { NamespaceController } from "./namespace/namespaces.ts";
import { NodeLifecycleController } from "./node-lifecycle/node-lifecycle.ts";
import { TaintEvictionController } from "./node-lifecycle/taint-eviction.ts";
import { PodGcController } from "./pod-gc/pod-gc.ts";
import { ReplicaSetController } from "./replica-set/replica-sets.ts";
import { RootCaPublisher } from "./service-account/root-ca.ts";
import { ServiceAccountController } from "./service-account/service-accounts.ts";
import { type Controller, openShell, type Shell } from "./shell/shell.ts";
import { StatefulSetController } from "./stateful-set/stateful-sets.ts";

type Start = (shell: Shell, options: ControllersOptions) => Controller | undefined;

const STARTS: Readonly<Record<ControllerName, Start>> = {
  cronjob: (shell) => new CronJobController(shell),
  daemonset: (shell) => new DaemonSetController(shell),
  deployment: (shell) => new DeploymentController(shell),
  disruption: (shell) => new DisruptionController(shell),
  endpoints: (shell) => new EndpointsController(shell),
  "garbage-collector": (shell) => new GarbageCollector(shell),
  job: (shell) => new JobController(shell),
  namespace: (shell) => new NamespaceController(shell),
  "node-lifecycle": (shell) => new NodeLifecycleController(shell),
  "pod-garbage-collector": (shell) => new PodGcController(shell),
  replicaset: (shell) => new ReplicaSetController(shell),
  "root-ca-certificate-publisher": (shell, { rootCa }) =>
    rootCa === undefined ? undefined : new RootCaPublisher(shell, rootCa),
  serviceaccount: (shell) => new ServiceAccountController(shell),
  statefulset: (shell) => new StatefulSetController(shell),
  "taint-eviction": (shell) => new TaintEvictionController(shell),
};

/** Starts the controllers; returns at once, they begin when they have seen what there is. */
export function startControllers(options: ControllersOptions): Controllers {
  const { client, time, onBug, which = CONTROLLER_NAMES } = options;
  const stop = new AbortController();
  const shell = openShell({ client, time, onBug, signal: stop.signal });
  const controllers = which.flatMap((name) => STARTS[name](shell, options) ?? []);
  return {
    close: async () => {
      stop.abort();
      await Promise.all(controllers.map((controller) => controller.close()));
      shell.informers.close();
    },
  };
}
