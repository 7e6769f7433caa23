import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { applyNft, withNetns } from "../../src/dataplane/index.ts";
import type { Lab } from "./lab.ts";
import { OUTSIDE_SERVER } from "./lab-file.ts";
import { podNetns } from "./pod-netns.ts";
import { startEcho, Stream } from "./stream.ts";

/** A node with a pod on its primary ENI (A) and one on another (B), and NodePorts that lead to them. */
export interface SnatNode {
  readonly netns: string;
  readonly address: string;
  readonly instanceId: string;
  readonly a: { readonly netns: string; readonly address: string };
  readonly b: { readonly netns: string; readonly address: string };
}

/** The port of the pods' echo servers. */
export const ECHO_PORT = 7;
/** The nodes' ports for pod A and pod B. */
export const NODE_PORT = { a: 30_001, b: 30_002 } as const;
/** A service whose end point is the server outside. */
export const SERVICE = "172.20.99.99";
/** How long an answer may take; what does not come at all costs that much. */
const ANSWER_MS = 1500;
const FIRST_OUTSIDE_PORT = 7000;

/** Finds the pods of a node, gives them echo servers, and writes what kube-proxy would into the node. */
export async function prepareNode(lab: Lab, name: string, servers: Server[]): Promise<SnatNode> {
  const { nodes, pods } = await lab.status();
  const node = nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`the lab has no node ${name}`);
  const enis = await lab.enis(node.instanceId);
  const [a, b] = [0, 1].map((index) => {
    const held = enis.find(({ deviceIndex }) => deviceIndex === index)?.secondary ?? [];
    const pod = pods.find(({ address = "" }) => held.includes(address));
    if (pod?.address === undefined) throw new Error(`no pod on ENI ${index} of ${name}`);
    const place = { netns: podNetns(pod.name), address: pod.address };
    servers.push(startEcho({ ...place, port: ECHO_PORT }));
    return place;
  });
  if (a === undefined || b === undefined) throw new Error("there are two ENIs");
  const { netns, address, instanceId } = node;
  servers.push(startEcho({ netns, address, port: ECHO_PORT }));
  startProxy(netns, { a: a.address, b: b.address });
  return { netns, address, instanceId, a, b };
}

/** Connections to the outside, each to a port of its own by which the NAT gateway's table tells it from the others. */
export class Outside {
  readonly #namespaces: { readonly internet: string; readonly nat: string };
  readonly #servers: Server[];
  #port = FIRST_OUTSIDE_PORT;

  constructor(namespaces: Readonly<Record<string, string>>, servers: Server[]) {
    const { internet = "", nat = "" } = namespaces;
    this.#namespaces = { internet, nat };
    this.#servers = servers;
  }

  /** Connects from a namespace to the server outside, or to a service that stands for it. */
  async open(
    from: string,
    to: string = OUTSIDE_SERVER,
  ): Promise<{ stream: Stream | undefined; port: number }> {
    const port = this.#port++;
    const { internet: netns } = this.#namespaces;
    this.#servers.push(startEcho({ netns, address: OUTSIDE_SERVER, port }));
    return { stream: await Stream.open({ netns: from, address: to, port }, ANSWER_MS), port };
  }

  /** The source address with which the connection to that port came to the NAT gateway. */
  atNatGateway(port: number): string | undefined {
    const table = withNetns(this.#namespaces.nat, () =>
      readFileSync("/proc/thread-self/net/nf_conntrack", "utf8"),
    );
    const line = table
      .split("\n")
      .find((each) => each.includes(`dst=${OUTSIDE_SERVER} `) && each.includes(` dport=${port} `));
    return /src=([0-9.]+)/.exec(line ?? "")?.[1];
  }

  /** Connects from the server outside. */
  async call(address: string, port: number): Promise<Stream | undefined> {
    return Stream.open({ netns: this.#namespaces.internet, address, port }, ANSWER_MS);
  }
}

/** Connects inside the VPC. */
export async function callInside(
  from: string,
  to: { readonly address: string; readonly port?: number },
): Promise<Stream | undefined> {
  const { address, port = ECHO_PORT } = to;
  return Stream.open({ netns: from, address, port }, ANSWER_MS);
}

/** A node's rules and translation, as `ip` and `nft` print them. */
export function hostState({ netns }: SnatNode): string {
  const run = (...words: string[]): string =>
    execFileSync("nsenter", [`--net=${netns}`, ...words], { encoding: "utf8" });
  return `${run("ip", "rule", "show")}${run("nft", "list", "table", "ip", "berth")}`;
}

/** Makes a node forget connections that were reset, after a second. */
export function forgetQuickly({ netns }: SnatNode): void {
  withNetns(netns, () => {
    writeFileSync("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_close", "1");
  });
}

function startProxy(netns: string, pods: { readonly a: string; readonly b: string }): void {
  const at = { family: "ip", table: "e2e-proxy" };
  const hook = { type: "nat", hook: "prerouting", prio: -100, policy: "accept" };
  const redirect = (payload: object, right: unknown, dnat: object): Record<string, unknown> => ({
    add: {
      rule: {
        ...at,
        chain: "pre",
        expr: [{ match: { op: "==", left: { payload }, right } }, { dnat }],
      },
    },
  });
  const port = { protocol: "tcp", field: "dport" };
  applyNft({
    netns,
    commands: [
      { add: { table: { family: "ip", name: "e2e-proxy" } } },
      { add: { chain: { ...at, name: "pre", ...hook } } },
      redirect(port, NODE_PORT.a, { addr: pods.a, port: ECHO_PORT }),
      redirect(port, NODE_PORT.b, { addr: pods.b, port: ECHO_PORT }),
      redirect({ protocol: "ip", field: "daddr" }, SERVICE, { addr: OUTSIDE_SERVER }),
    ],
  });
}
