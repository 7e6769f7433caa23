import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { NodeStatus } from "../../src/lab/index.ts";
import type { AgentReport } from "./agent-report.ts";

/** The network list that the VPC CNI v1.23 writes on a node of an IPv4 cluster with its default settings. */
export const STOCK_LIST: object = {
  cniVersion: "0.4.0",
  name: "aws-cni",
  disableCheck: true,
  plugins: [
    {
      name: "aws-cni",
      type: "aws-cni",
      vethPrefix: "eni",
      mtu: "9001",
      podSGEnforcingMode: "strict",
      pluginLogFile: "/var/log/aws-routed-eni/plugin.log",
      pluginLogLevel: "DEBUG",
      capabilities: { "io.kubernetes.cri.pod-annotations": true },
    },
    {
      name: "egress-cni",
      type: "egress-cni",
      mtu: "9001",
      enabled: "false",
      randomizeSNAT: "prng",
      nodeIP: "",
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: "fd00::ac:00/118" }]],
        routes: [{ dst: "::/0" }],
        dataDir: "/run/cni/v4pd/egress-v6-ipam",
      },
      pluginLogFile: "/var/log/aws-routed-eni/egress-v6-plugin.log",
      pluginLogLevel: "DEBUG",
    },
    { type: "portmap", capabilities: { portMappings: true }, snat: true },
  ],
};

/** One entry of the VPC CNI's checkpoint. */
export interface StockAllocation {
  readonly networkName: string;
  readonly containerID: string;
  readonly ifName: string;
  readonly ipv4: string;
  readonly metadata: { readonly k8sPodNamespace: string; readonly k8sPodName: string };
}

/** Where a node of a lab keeps what the VPC CNI and Berth leave on a real one. */
export class StockNode {
  readonly lists: string;
  readonly checkpoint: string;
  readonly #node: NodeStatus;

  constructor(node: NodeStatus) {
    this.#node = node;
    this.lists = `${node.dir}/cni/net.d`;
    this.checkpoint = `${node.dir}/disk/run/aws-node/ipam.json`;
  }

  /** The network lists that a runtime reads, first the one that it takes. */
  readableLists(): string[] {
    return readdirSync(this.lists)
      .filter((name) => /\.(conf|conflist|json)$/.test(name))
      .toSorted();
  }

  /** The allocations of the VPC CNI's checkpoint. */
  allocations(): StockAllocation[] {
    const { version, allocations } = JSON.parse(readFileSync(this.checkpoint, "utf8")) as {
      version: string;
      allocations: StockAllocation[];
    };
    if (version !== "vpc-cni-ipam/1") throw new Error(`the checkpoint has version ${version}`);
    return allocations;
  }

  /**
   * Makes a node whose Berth was stopped one that the VPC CNI ran on: its checkpoint, its network list, its iptables rules,
   * the runtime's cache under its network's name; and nothing of Berth's. The pods' links, routes and rules are the same
   * with both.
   */
  becomeStock({ assignments }: AgentReport): void {
    const allocations = assignments.map(
      ({ namespace, name, address, containerId, ifName }, index) => ({
        networkName: "aws-cni",
        containerID: containerId,
        ifName,
        ipv4: address,
        allocationTimestamp: 1_755_000_000_000 + index,
        metadata: { k8sPodNamespace: namespace, k8sPodName: name, interfacesCount: 1 },
      }),
    );
    mkdirSync(this.checkpoint.replace(/\/[^/]+$/, ""), { recursive: true });
    // Nanoseconds, as Go writes them: more digits than a JavaScript number has.
    const text = JSON.stringify({ version: "vpc-cni-ipam/1", allocations });
    writeFileSync(
      this.checkpoint,
      `${text.replace(/(?<ms>"allocationTimestamp":\d+)/g, "$<ms>123456")}\n`,
    );
    rmSync(`${this.#node.dir}/run/checkpoint.json`);
    rmSync(`${this.lists}/10-berth.conflist`);
    writeFileSync(`${this.lists}/10-aws.conflist`, JSON.stringify(STOCK_LIST, null, 2));
    for (const { containerId, ifName } of assignments) cacheAsStock(`${containerId}-${ifName}`);
    this.run("nft", "delete", "table", "ip", "berth");
    for (const line of STOCK_RULES) this.run("iptables", "-w", ...line.split(" "));
  }

  /** `berth hand-back` with what the agent's environment is on this node. */
  handBack(berth: string): string {
    const { dir, netns } = this.#node;
    const env = {
      ...process.env,
      BERTH_CNI_SOCKET: `${dir}/run/cni.sock`,
      BERTH_CHECKPOINT_FILE: `${dir}/run/checkpoint.json`,
      BERTH_CNI_CONF_DIR: this.lists,
      AWS_VPC_K8S_CNI_BACKING_STORE: this.checkpoint,
    };
    return execFileSync("nsenter", [`--net=${netns}`, berth, "hand-back"], {
      encoding: "utf8",
      env,
    });
  }

  /** What a program prints in the node's network namespace. */
  run(...words: readonly string[]): string {
    return execFileSync("nsenter", [`--net=${this.#node.netns}`, ...words], { encoding: "utf8" });
  }
}

/** The VPC CNI's translation, as its release 1.23 writes it with iptables. */
const STOCK_RULES = [
  "-t nat -N AWS-SNAT-CHAIN-0",
  "-t nat -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment AWS-SNAT-CHAIN -j RETURN",
  "-t nat -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment AWS-SNAT -m addrtype ! --dst-type LOCAL -j MASQUERADE --random-fully",
  "-t nat -A POSTROUTING -m comment --comment AWS-SNAT-CHAIN -j AWS-SNAT-CHAIN-0",
];

/** Where the runtime's library remembers results, by network, container and interface. */
const RESULTS = "/var/lib/cni/results";

function cacheAsStock(attachment: string): void {
  renameSync(`${RESULTS}/berth-${attachment}`, `${RESULTS}/aws-cni-${attachment}`);
}
