import { mkdirSync } from "node:fs";
import { arch } from "node:process";
import { invariant } from "../../base/index.ts";
import { formatIpv4 } from "../../net/index.ts";
import { type Containerd, startContainerd } from "../containerd/containerd.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import type { Fabric, NetnsMaker } from "../fabric/fabric.ts";
import { type Cgroup, cgroupAt, containerProcess, removeCgroup } from "../host/cgroup.ts";
import { LAB_IMAGES } from "../image/lab-images.ts";
import {
  type Kubelet,
  type KubeletNode,
  type KubeletOptions,
  openCriRuntime,
  type PodSplitter,
  startKubelet,
} from "../kubelet/index.ts";
import { cniSocket, hostPathOf, type MachineDirs, machineDirs } from "./machine-dirs.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { configurePrimary, setUpMachine } from "./machine-network.ts";
import { endMachines } from "./machine-remains.ts";
import type { ContainerCommand, MachineStatus } from "./machines.ts";

/** What every machine of a lab on the kernel shares. */
export interface MachineSite extends Pick<
  KubeletOptions,
  "client" | "time" | "apiServer" | "serverToken" | "onBug"
> {
  readonly fabric: Fabric;
  readonly namespaces: NetnsMaker;
  /** Archives of images that a machine begins with. */
  readonly imageArchives: readonly string[];
  /** The lab's branch, of which each machine has one. */
  readonly cgroup: Cgroup;
  /** Where a machine of that name keeps its things. */
  readonly dirOf: (name: string) => string;
  readonly removeDir: (dir: string) => void;
  /** Directories that pods may mount as they are on this machine. */
  readonly sharedDirs: readonly string[];
  /** PATH of the machines' programs. */
  readonly path: string;
  readonly pods: PodSplitter;
}

/** An instance as a machine: a network namespace, a containerd and a kubelet. */
export class KernelMachine {
  readonly facts: MachineFacts;
  readonly netns: string;
  readonly #site: MachineSite;
  readonly #dirs: MachineDirs;
  readonly #cgroup: Cgroup;
  readonly #stop = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #containerd: Containerd | undefined;
  #kubelet: Kubelet | undefined;
  #failure: string | undefined;

  /** Makes its namespace and says where it is; the fabric plugs its ENIs in there. */
  constructor(facts: MachineFacts, site: MachineSite) {
    this.facts = facts;
    this.#site = site;
    this.#dirs = machineDirs(site.dirOf(facts.name));
    this.#cgroup = cgroupAt(`${site.cgroup.path}/${facts.name}`);
    const { run, netns, logs, volumes, disk } = this.#dirs;
    for (const dir of [run, netns, logs, volumes, disk]) mkdirSync(dir, { recursive: true });
    this.netns = site.namespaces.make(facts.name);
    setUpMachine(this.netns);
    site.fabric.placeInstance(facts.instanceId, this.netns);
  }

  get status(): MachineStatus {
    const { containerd, root } = this.#dirs;
    return {
      ...this.facts,
      failure: this.#failure,
      place: {
        netns: this.netns,
        containerdSocket: containerd.socket,
        containerdLog: containerd.logFile,
        dir: root,
        processOf: (containerId) => containerProcess(this.#cgroup, containerId),
      },
    };
  }

  /** Begins to start it; its primary ENI is plugged in. */
  start(): void {
    configurePrimary(this.netns, this.facts);
    this.#starting = this.#start().catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      this.#failure = error instanceof Error ? error.message : String(error);
    });
  }

  /** Resolves when it has started, or has failed to. */
  get started(): Promise<void> {
    return this.#starting;
  }

  /** Runs a command in one of its containers. */
  async exec({ containerId, command }: ContainerCommand): Promise<ExecResult> {
    invariant(this.#containerd !== undefined, "a container runs after its containerd");
    return this.#containerd.cri.exec(containerId, command);
  }

  /** Lets it run, but does nothing for it any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#starting;
    await this.#kubelet?.close();
    this.#containerd?.close();
  }

  /** Switches it off, and removes all that it was. */
  async end(): Promise<void> {
    await this.close();
    const { root } = this.#dirs;
    await endMachines({ dirs: [root], cgroup: this.#cgroup, mountRoot: root });
    this.#site.namespaces.remove(this.netns);
    await removeCgroup(this.#cgroup);
    this.#site.removeDir(root);
  }

  async #start(): Promise<void> {
    const { path, imageArchives } = this.#site;
    const { containerd, netns } = this.#dirs;
    this.#containerd = await startContainerd({
      paths: containerd,
      netns: this.netns,
      cgroup: this.#cgroup,
      imageArchives,
      images: LAB_IMAGES,
      plugins: {},
      env: { PATH: path, BERTH_CNI_SOCKET: cniSocket(this.#dirs) },
      ownDirs: { "/run/netns": netns },
    });
    if (this.#stop.signal.aborted) return;
    this.#kubelet = await startKubelet(this.#kubeletOptions());
  }

  #kubeletOptions(): KubeletOptions {
    const { client, time, apiServer, serverToken, onBug, pods, sharedDirs } = this.#site;
    const { volumes, logs, containerd } = this.#dirs;
    return {
      node: kubeletNode(this.facts),
      client,
      time,
      apiServer,
      serverToken,
      onBug,
      pods: pods.forNode(this.facts.nodeName),
      runtime: openCriRuntime({
        socket: containerd.socket,
        cgroupParent: `${this.#cgroup.path}/pods`,
        time,
      }),
      netns: this.netns,
      dirs: { pods: volumes, logs, hostPath: hostPathOf(this.#dirs, sharedDirs) },
    };
  }
}

/** What a kubelet makes a Node of. What the source of instance types does not say is a small machine of this kind. */
export function kubeletNode(facts: MachineFacts): KubeletNode {
  const { nodeName, instanceId, type, zone, region, address, maxPods, settings } = facts;
  return {
    name: nodeName,
    instanceId,
    instanceType: type.type,
    zone,
    region,
    address: formatIpv4(address),
    maxPods,
    vcpus: type.vcpus ?? 2,
    memoryMiB: type.memoryMiB ?? 4096,
    architecture: type.arch ?? (arch === "arm64" ? "arm64" : "amd64"),
    labels: settings.labels,
    taints: settings.taints.map(({ value, ...rest }) =>
      value === undefined ? rest : { ...rest, value },
    ),
  };
}
