import type { Cidr, Ipv4 } from "../../net/index.ts";
import type { HostSettings } from "../host.ts";
import { NODE_PORT, SERVICE } from "./service-proxy.ts";
import { OUTSIDE, POD_ADDRESS, VPC_HOST } from "./topology.ts";
import { cidr, ip } from "./values.ts";

/** The port of the echo servers. */
export const PORT = 7;
/** The block of the server outside. */
export const OUTSIDE_NET: Cidr = cidr("198.51.100.0/24");
const NODE = ip("10.0.0.10");

/** A connection from a namespace. */
export interface Path {
  readonly name: string;
  readonly from: string;
  readonly to: Ipv4;
  readonly port?: number;
  /** Needs a service proxy. */
  readonly proxy?: true;
}

/** Who speaks to whom. Pod A is on the primary ENI, pod B on another. */
export const PATHS: readonly Path[] = [
  { name: "A to outside", from: "pod-a", to: OUTSIDE },
  { name: "B to outside", from: "pod-b", to: OUTSIDE },
  { name: "A to the VPC", from: "pod-a", to: VPC_HOST },
  { name: "B to the VPC", from: "pod-b", to: VPC_HOST },
  { name: "the VPC to B", from: "vpc-host", to: POD_ADDRESS.b },
  { name: "A to B", from: "pod-a", to: POD_ADDRESS.b },
  { name: "B to A", from: "pod-b", to: POD_ADDRESS.a },
  { name: "node to B", from: "node", to: POD_ADDRESS.b },
  { name: "node to outside", from: "node", to: OUTSIDE },
  { name: "outside to NodePort A", from: "outside", to: NODE, port: NODE_PORT.a, proxy: true },
  { name: "outside to NodePort B", from: "outside", to: NODE, port: NODE_PORT.b, proxy: true },
  { name: "B to a service outside", from: "pod-b", to: SERVICE, proxy: true },
];

/** A change of settings. */
export interface Change {
  readonly name: string;
  readonly change: Partial<HostSettings>;
  /** The path that the changed settings do not have. */
  readonly without?: string;
  /** How much an echo carries. What is larger than the ENI's new MTU the network drops, whatever the node does. */
  readonly bytes?: number;
}

/** Every setting that changes the kernel, alone and together. */
export const CHANGES: readonly Change[] = [
  { name: "nothing, as at a restart", change: {} },
  { name: "AWS_VPC_K8S_CNI_EXTERNALSNAT", change: { externalSnat: true } },
  {
    name: "AWS_VPC_CNI_NODE_PORT_SUPPORT",
    change: { nodePort: false },
    without: "outside to NodePort B",
  },
  {
    name: "external SNAT without NodePort support",
    change: { externalSnat: true, nodePort: false },
    without: "outside to NodePort B",
  },
  { name: "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", change: { excludeCidrs: [OUTSIDE_NET] } },
  { name: "all blocks excluded", change: { excludeCidrs: [cidr("0.0.0.0/0")] } },
  { name: "AWS_VPC_K8S_CNI_RANDOMIZESNAT", change: { randomize: "none" } },
  { name: "AWS_EXTERNAL_SERVICE_CIDRS", change: { externalServiceCidrs: [OUTSIDE_NET] } },
  { name: "AWS_VPC_K8S_CNI_CONNMARK", change: { connectionMark: 0x30 } },
  { name: "a mark that holds the old one", change: { connectionMark: 0x180 } },
  { name: "AWS_VPC_K8S_CNI_VETHPREFIX", change: { vethPrefix: "pod" } },
  { name: "another VPC block", change: { vpcCidrs: [cidr("10.0.0.0/16"), OUTSIDE_NET] } },
  { name: "AWS_VPC_ENI_MTU", change: { mtu: 1500 }, bytes: 1200 },
  { name: "DISABLE_TCP_EARLY_DEMUX", change: { tcpEarlyDemux: false } },
  {
    name: "all of them at once",
    change: {
      externalSnat: true,
      nodePort: false,
      excludeCidrs: [cidr("192.0.2.0/24")],
      randomize: "hashrandom",
      connectionMark: 0x1000,
      vethPrefix: "p.",
      mtu: 1400,
      tcpEarlyDemux: false,
    },
    without: "outside to NodePort B",
    bytes: 1200,
  },
];
