import type { Random } from "../../../base/index.ts";
import type { Time } from "../../../time/index.ts";
import type { Authority } from "../auth/authority.ts";
import type { Tokens } from "../auth/tokens.ts";
import { Discovery } from "../discovery/discovery.ts";
import { OpenApi } from "../discovery/open-api.ts";
import type { KubeletEndpoint } from "../kubelet-endpoint.ts";
import { builtInKinds } from "../kinds/built-in.ts";
import { newKindRegistry } from "../kinds/registry.ts";
import type { KubeObject } from "../kube-object.ts";
import { CustomKinds, type CustomSchemas } from "../objects/custom-kinds.ts";
import { Lister } from "../objects/list.ts";
import { schemaOf } from "../schemas/definitions.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { Kubelets } from "../subresources/kubelets.ts";
import { Watches } from "../watch/watches.ts";
import type { ApiServer } from "./api-server.ts";
import type { Cluster } from "./cluster.ts";
import { furnish } from "./new-cluster.ts";

const SERVICE_ADDRESS = "172.20.0.1";

/** The settings of an API server's inside. */
export interface ApiServerSettings {
  readonly time: Time;
  readonly random: Random;
  readonly serviceAddress?: string | undefined;
  readonly dialKubelet?: ((node: KubeObject) => KubeletEndpoint | undefined) | undefined;
  readonly kubeletToken?: string | undefined;
  readonly onBug: (error: unknown) => void;
}

/** Puts the parts of a server together, over a store that may have objects already. */
export function newApiServer(
  settings: ApiServerSettings,
  parts: { readonly store: ObjectStore; readonly authority: Authority; readonly tokens: Tokens },
): ApiServer {
  const schemas: CustomSchemas = new Map();
  const cluster: Cluster = {
    store: parts.store,
    kinds: newKindRegistry(builtInKinds),
    time: settings.time,
    random: settings.random,
    serviceAddress: settings.serviceAddress ?? SERVICE_ADDRESS,
    schemaOf: (kind) => schemas.get(kind) ?? schemaOf(kind),
    isCustom: (kind) => schemas.has(kind),
    onBug: settings.onBug,
  };
  new CustomKinds(cluster, schemas);
  furnish(cluster);
  return {
    cluster,
    lister: new Lister(cluster),
    watches: new Watches(cluster),
    discovery: new Discovery(cluster),
    openApi: new OpenApi(cluster),
    tokens: parts.tokens,
    authority: parts.authority,
    kubelets: new Kubelets(cluster, {
      dial: settings.dialKubelet,
      token: settings.kubeletToken,
    }),
  };
}
