import type { Authority } from "../auth/authority.ts";
import type { Tokens } from "../auth/tokens.ts";
import type { Discovery } from "../discovery/discovery.ts";
import type { OpenApi } from "../discovery/open-api.ts";
import type { Lister } from "../objects/list.ts";
import type { Kubelets } from "../subresources/kubelets.ts";
import type { Watches } from "../watch/watches.ts";
import type { Cluster } from "./cluster.ts";

/** The parts of a server that requests are passed to. */
export interface ApiServer {
  readonly cluster: Cluster;
  readonly lister: Lister;
  readonly watches: Watches;
  readonly discovery: Discovery;
  readonly openApi: OpenApi;
  readonly tokens: Tokens;
  readonly authority: Authority;
  readonly kubelets: Kubelets;
}
