import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BerthError, invariant } from "../../base/index.ts";
import type { InstanceId, SubnetId } from "../../facts/index.ts";
import { addIpv4, formatIpv4, type Ipv4 } from "../../net/index.ts";
import type { Region } from "../../vpc/index.ts";
import { containerdPaths, type ContainerdPaths } from "../containerd/config-file.ts";
import { type Containerd, startContainerd } from "../containerd/containerd.ts";
import type { Fabric, NetnsMaker } from "../fabric/fabric.ts";
import { EC2_ADDRESS } from "../fabric/router.ts";
import type { Cgroup } from "../host/cgroup.ts";
import { ECHO_IMAGE, PAUSE_IMAGE } from "../image/lab-images.ts";
import type { LabNode } from "../labfile/lab-file.ts";
import { POD_BACK_OFF, type PodHome } from "../workloads/pod.ts";
import { Gate } from "../workloads/gate.ts";
import { Agent, type AgentStatus } from "./agent.ts";
import { launchInstance } from "./launch-instance.ts";
import { configurePrimary, type PrimaryEni, setUpMachine } from "./machine.ts";

/** What every node of a lab shares. */
export interface NodeSite {
  readonly region: Region;
  readonly fabric: Fabric;
  /** Brings the kernel up to date with the region at once. */
  readonly syncFabric: () => void;
  readonly namespaces: NetnsMaker;
  readonly imageArchive: string;
  readonly cgroup: Cgroup;
  /** The words that run Berth: a Node and the path of its command. */
  readonly berth: readonly [string, ...string[]];
  /** The compiled CNI plugin. */
  readonly relay: string;
  /** Where Node keeps what it has compiled, so that the next agent starts in half the time. */
  readonly compileCache: string;
  /** PATH of the node's programs. */
  readonly path: string;
}

/** What `lab status` says about a node. */
export interface NodeStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly subnet: string;
  readonly address: string;
  /** The path of its network namespace. */
  readonly netns: string;
  readonly maxPods: number;
  /** Whether pods can be started. */
  readonly ready: boolean;
  readonly agent: AgentStatus;
  /** The socket of its containerd, for `ctr` and `crictl`. */
  readonly containerdSocket: string;
  readonly containerdLog: string;
  readonly dir: string;
}

const CNI_PLUGIN = "berth-cni";
const READY_MS = 60_000;
const POLL_MS = 25;
const PARALLEL_STARTS = 10;

/** One node: an instance in the region, a network namespace, a containerd and an agent. */
export class Node {
  readonly spec: LabNode;
  readonly instanceId: InstanceId;
  readonly netns: string;
  readonly #site: NodeSite;
  readonly #dir: string;
  readonly #paths: ContainerdPaths;
  readonly #agent: Agent;
  /** Of the primary ENI; kept here, because an instance that was terminated has none. */
  readonly #address: Ipv4;
  readonly #gate = new Gate(PARALLEL_STARTS);
  #containerd: Containerd | undefined;
  #ready = false;

  /** Launches the instance and plugs in its primary ENI. No process runs yet. */
  constructor(
    spec: LabNode,
    { site, subnetId, dir }: { site: NodeSite; subnetId: SubnetId; dir: string },
  ) {
    this.spec = spec;
    this.#site = site;
    this.#dir = dir;
    this.#paths = containerdPaths(dir);
    mkdirSync(`${dir}/pods`, { recursive: true });
    this.netns = site.namespaces.make(spec.name);
    setUpMachine(this.netns);
    this.instanceId = launchInstance(spec, { region: site.region, subnetId });
    site.fabric.placeInstance(this.instanceId, this.netns);
    site.syncFabric();
    const primary = this.#findPrimary();
    this.#address = primary.address;
    configurePrimary(this.netns, primary);
    this.#agent = new Agent({
      command: site.berth[0],
      args: [...site.berth.slice(1), "agent"],
      env: this.#agentEnv(),
      logFile: `${dir}/agent.log`,
      cgroup: site.cgroup,
      netns: this.netns,
    });
  }

  /** Starts containerd and the agent, and resolves when pods can be started. */
  async start(signal: AbortSignal): Promise<void> {
    const { imageArchive, cgroup, relay } = this.#site;
    const [containerd] = await Promise.all([
      startContainerd({
        paths: this.#paths,
        netns: this.netns,
        cgroup,
        imageArchive,
        images: [PAUSE_IMAGE, ECHO_IMAGE],
        plugins: { [CNI_PLUGIN]: relay },
        env: { PATH: this.#site.path, BERTH_CNI_SOCKET: this.#cniSocket },
      }),
      this.#agent.start(),
    ]);
    this.#containerd = containerd;
    await this.#untilNetworkReady(containerd, signal);
    this.#ready = true;
  }

  get status(): NodeStatus {
    const { region } = this.#site;
    const instance = region.records.instances.get(this.instanceId);
    return {
      name: this.spec.name,
      instanceId: this.instanceId,
      instanceType: this.spec.instanceType.type,
      zone: instance?.zone.name ?? "",
      subnet: this.spec.subnet,
      address: formatIpv4(this.#address),
      netns: this.netns,
      maxPods: this.spec.maxPods,
      ready: this.#ready && instance?.state === "running",
      agent: this.#agent.status,
      containerdSocket: this.#paths.socket,
      containerdLog: this.#paths.logFile,
      dir: this.#dir,
    };
  }

  /** Where pods of this node go. The node must have been started. */
  get podHome(): PodHome {
    const containerd = this.#containerd;
    invariant(containerd !== undefined, "pods are started after their node");
    return {
      node: this.spec.name,
      cri: containerd.cri,
      gate: this.#gate,
      cgroupParent: `${this.#site.cgroup.path}/pods`,
      logDir: `${this.#dir}/pods`,
      backOff: POD_BACK_OFF,
    };
  }

  /** Stops starting agents again; the clean-up ends all processes. */
  close(): void {
    this.#containerd?.cri.close();
    this.#agent.close();
  }

  get #cniSocket(): string {
    return `${this.#dir}/cni.sock`;
  }

  #findPrimary(): PrimaryEni {
    const { region } = this.#site;
    const eni = region.instances.enisOf(this.instanceId)[0];
    const subnet = eni === undefined ? undefined : region.records.subnets.get(eni.subnetId);
    const address = eni?.addresses[0];
    invariant(
      subnet !== undefined && address !== undefined,
      "a node has a primary ENI in a subnet",
    );
    return { address, subnetBits: subnet.cidr.bits, gateway: addIpv4(subnet.cidr.base, 1) };
  }

  #agentEnv(): Record<string, string> {
    return {
      PATH: this.#site.path,
      NODE_COMPILE_CACHE: this.#site.compileCache,
      // The SDK must not find the credentials and profiles of whoever runs the lab.
      HOME: this.#dir,
      AWS_ENDPOINT_URL_EC2: `http://${formatIpv4(EC2_ADDRESS)}`,
      MAX_PODS: String(this.spec.maxPods),
      CLUSTER_NAME: "lab",
      BERTH_CNI_SOCKET: this.#cniSocket,
      BERTH_CHECKPOINT_FILE: `${this.#dir}/checkpoint.json`,
      BERTH_CNI_CONF_DIR: this.#paths.cniConfDir,
      BERTH_INTROSPECTION_SOCKET: `${this.#dir}/agent.sock`,
      ...this.spec.env,
    };
  }

  async #untilNetworkReady({ cri }: Containerd, signal: AbortSignal): Promise<void> {
    const deadlineMs = Date.now() + READY_MS;
    while (!(await cri.networkReady())) {
      signal.throwIfAborted();
      const { restarts, lastEnd, logFile } = this.#agent.status;
      if (Date.now() > deadlineMs || restarts > 1) {
        const how = lastEnd === undefined ? "" : ` It ended with ${lastEnd}.`;
        const message = `The agent of node ${this.spec.name} did not become ready.${how}`;
        throw new BerthError("labStart", message, {
          fix: `Its last words: ${lastWordsOf(logFile)}`,
        });
      }
      await sleep(POLL_MS);
    }
  }
}

/** The end of an agent's log: what it said to people after its last record, or that record. The log itself goes with the lab. */
function lastWordsOf(file: string): string {
  if (!existsSync(file)) return "none.";
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const words = lines.slice(lines.findLastIndex((line) => line.startsWith("{")) + 1);
  // Each start says the same again.
  const said = new Set(words.map((line) => line.trim()));
  return [...said].join(" ") || (lines.at(-1) ?? "none.");
}
