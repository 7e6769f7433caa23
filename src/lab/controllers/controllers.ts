import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";

/** The controllers there are, by the names kube-controller-manager has for them. */
export const CONTROLLER_NAMES = [
  "cronjob",
  "daemonset",
  "deployment",
  "disruption",
  "endpoints",
  "garbage-collector",
  "job",
  "namespace",
  "node-lifecycle",
  "pod-garbage-collector",
  "replicaset",
  "root-ca-certificate-publisher",
  "serviceaccount",
  "statefulset",
  "taint-eviction",
] as const;

/** One of {@link CONTROLLER_NAMES}. */
export type ControllerName = (typeof CONTROLLER_NAMES)[number];

/** How the controllers work. */
export interface ControllersOptions {
  /** Its access must allow everything. The controllers do not close it. */
  readonly client: KubeClient;
  /** The clock of all deadlines, back-offs and periods. */
  readonly time: Time;
  /** Told of what is no failure of the API but a mistake in a controller; the controller goes on. */
  readonly onBug: (error: unknown) => void;
  /** Default: all. */
  readonly which?: readonly ControllerName[] | undefined;
  /** The certificate (PEM) of the authority that every namespace's `kube-root-ca.crt` shows; without it there is none. */
  readonly rootCa?: string | undefined;
}

/** Controllers at work. */
export interface Controllers {
  /** Stops all of them; resolves when what was under way has ended. */
  close(): Promise<void>;
}
