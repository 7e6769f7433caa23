import type { KubeClient } from "../../kube-client/index.ts";
import type { ApiServerService } from "../kubelet/index.ts";

/** As whom a part of the lab speaks to the API server. */
export interface ClientIdentity {
  /** The component, such as `kubelet`; it owns the fields that it sets. */
  readonly component: string;
  /** What the API server knows it by, where the lab may say so: `system:node:ip-10-0-1-10.ec2.internal`. */
  readonly user: string;
}

/** The Kubernetes API of a lab: its own, or one that was there before. */
export interface ClusterApi {
  /** Where it is for programs of this machine. */
  readonly server: string;
  /** The file with which kubectl speaks to it. */
  readonly kubeconfig: string;
  /** Where it is for nodes and pods. */
  readonly service: ApiServerService;
  /** What kubelets ask of whoever calls them. */
  readonly kubeletToken: string;
  /** The authority of its certificate, PEM; undefined when it is one that the system trusts. */
  readonly rootCa: string | undefined;
  /** Opens a client, which the caller closes. */
  client(identity: ClientIdentity): KubeClient;
  /** Ends it, or lets go of it. */
  close(): Promise<void>;
}
