import { formatIpv4, type Ipv4 } from "../../net/index.ts";
import { applyNft } from "../nft.ts";
import { OUTSIDE, POD_ADDRESS } from "./topology.ts";
import { ip } from "./values.ts";

/** A service whose end point is the server outside. */
export const SERVICE: Ipv4 = ip("172.20.0.2");

/** The node's ports that lead to the pods. */
export const NODE_PORT = { a: 30_001, b: 30_002 } as const;

/** Writes what kube-proxy would: a NodePort for each pod, and a service whose end point is outside. */
export function startServiceProxy(netns: string, podPort: number): void {
  const table = { family: "ip", name: "proxy" };
  const hook = { type: "nat", hook: "prerouting", prio: -100, policy: "accept" };
  const redirect = (
    match: Readonly<Record<string, unknown>>,
    dnat: { readonly addr: string; readonly port?: number },
  ): Record<string, unknown> => ({
    add: { rule: { family: "ip", table: "proxy", chain: "pre", expr: [match, { dnat }] } },
  });
  const to = (
    field: { protocol: string; field: string },
    right: unknown,
  ): Record<string, unknown> => ({
    match: { op: "==", left: { payload: field }, right },
  });
  const toPort = (right: number): Record<string, unknown> =>
    to({ protocol: "tcp", field: "dport" }, right);
  const toService = to({ protocol: "ip", field: "daddr" }, formatIpv4(SERVICE));
  const [a, b] = [formatIpv4(POD_ADDRESS.a), formatIpv4(POD_ADDRESS.b)];
  applyNft({
    netns,
    commands: [
      { add: { table } },
      { add: { chain: { family: "ip", table: "proxy", name: "pre", ...hook } } },
      redirect(toPort(NODE_PORT.a), { addr: a, port: podPort }),
      redirect(toPort(NODE_PORT.b), { addr: b, port: podPort }),
      redirect(toService, { addr: formatIpv4(OUTSIDE) }),
    ],
  });
}
