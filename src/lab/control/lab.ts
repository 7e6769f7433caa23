import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { invariant, newRandom } from "../../base/index.ts";
import { createNetns, deleteNetns } from "../../dataplane/index.ts";
import type { SubnetId } from "../../facts/index.ts";
import { formatIpv4 } from "../../net/index.ts";
import type { LabConfig } from "../config.ts";
import { Fabric, type NetnsMaker } from "../fabric/fabric.ts";
import { planFabric } from "../fabric/plan.ts";
import { readBusybox } from "../image/busybox.ts";
import { labImages } from "../image/lab-images.ts";
import type { LabFile } from "../labfile/lab-file.ts";
import { launchInstance } from "../nodes/launch-instance.ts";
import { Node, type NodeSite } from "../nodes/node.ts";
import { type BuiltRegion, buildRegion } from "../region/build-region.ts";
import { RegionClock } from "../region/region-clock.ts";
import type { PodStatus } from "../workloads/pod.ts";
import { Workloads } from "../workloads/workloads.ts";
import { netnsName } from "./netns-names.ts";
import { type Services, startServices } from "./services.ts";
import type { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";

/** What a lab is made of. */
export interface LabOptions {
  readonly lab: LabFile;
  /** The lab file's path, absolute. */
  readonly file: string;
  readonly dir: StateDir;
  readonly config: LabConfig;
  readonly mode: LabStatus["mode"];
  readonly berth: NodeSite["berth"];
  readonly relay: string;
  readonly compileCache: string;
  readonly onBug: (error: unknown) => void;
}

/** A lab in this process. Make it with {@link Lab.open}, then `start`, and `close` it whatever happens. */
export class Lab {
  readonly #options: LabOptions;
  readonly #built: BuiltRegion;
  readonly #fabric: Fabric | undefined;
  readonly #clock: RegionClock;
  readonly #services: Services;
  #nodes: readonly Node[] = [];
  #workloads: Workloads = new Workloads([]);
  #state: LabStatus["state"] = "starting";

  private constructor(options: LabOptions, parts: LabParts) {
    this.#options = options;
    this.#built = parts.built;
    this.#fabric = parts.fabric;
    this.#services = parts.services;
    this.#clock = new RegionClock(parts.built.region, () => this.#syncFabric());
  }

  /** Makes the VPC, the fabric and the servers; no node yet. */
  static async open(options: LabOptions): Promise<Lab> {
    const { lab, dir, mode, onBug } = options;
    const nowMs = Date.now();
    const built = buildRegion(lab, { random: newRandom(nowMs), nowMs });
    const { region } = built;
    const namespaces = netnsMaker(dir);
    const { internetServer } = lab;
    const fabric = mode === "kernel" ? new Fabric({ namespaces, internetServer }) : undefined;
    fabric?.apply(planFabric(region));
    const services = await startServices({
      region,
      random: newRandom(nowMs + 1),
      ec2: lab.ec2,
      inside: fabric,
      internetServer,
      onBug,
    });
    return new Lab(options, { built, fabric, services });
  }

  /** Starts the nodes, then the pods; resolves when every pod runs that can. */
  async start(signal: AbortSignal): Promise<void> {
    const { lab } = this.#options;
    if (this.#fabric === undefined) {
      const { region } = this.#built;
      for (const spec of lab.nodes)
        launchInstance(spec, { region, subnetId: this.#subnetId(spec.subnet) });
    } else {
      await this.#startNodes(this.#fabric, signal);
    }
    this.#state = "running";
  }

  get status(): LabStatus {
    const { lab, file, dir, mode } = this.#options;
    const { region, vpcId } = this.#built;
    const natAddress = region.records.natGateways.list()[0]?.elasticIp?.publicIp;
    return {
      name: lab.name,
      file,
      state: this.#state,
      mode,
      pid: process.pid,
      region: lab.region,
      vpcId,
      endpoints: {
        ec2: `http://127.0.0.1:${this.#services.ec2Port}`,
        internetServer: this.#fabric && `http://${formatIpv4(lab.internetServer)}`,
        natAddress: natAddress && formatIpv4(natAddress),
      },
      namespaces: this.#fabric?.namespaces ?? {},
      nodes: this.#nodes.map((node) => node.status),
      pods: this.#workloads.status,
      stateDir: dir.path,
    };
  }

  /** The pods of the lab. */
  get workloads(): Workloads {
    return this.#workloads;
  }

  /** Stops serving and watching. What is left of the lab is for `cleanUp`. */
  async close(): Promise<void> {
    this.#state = "stopping";
    this.#clock.close();
    this.#workloads.close();
    for (const node of this.#nodes) node.close();
    await this.#services.close();
    this.#fabric?.close();
  }

  async #startNodes(fabric: Fabric, signal: AbortSignal): Promise<void> {
    const { lab, dir } = this.#options;
    writeFileSync(dir.imageArchive, labImages(readBusybox()));
    const site = this.#site(fabric);
    const nodes: Node[] = [];
    this.#nodes = nodes;
    for (const spec of lab.nodes) {
      const place = { site, subnetId: this.#subnetId(spec.subnet), dir: dir.nodeDir(spec.name) };
      nodes.push(new Node(spec, place));
    }
    await Promise.all(nodes.map((node) => node.start(signal)));
    this.#workloads = new Workloads(
      nodes.map((node) => ({ home: node.podHome, maxPods: node.spec.maxPods })),
    );
    for (const workload of lab.workloads) this.#workloads.apply(workload);
    await this.#workloads.until((pods) => pods.every(isSettled), signal);
  }

  #syncFabric(): void {
    try {
      this.#fabric?.apply(planFabric(this.#built.region));
    } catch (error) {
      this.#options.onBug(error);
    }
  }

  #site(fabric: Fabric): NodeSite {
    const { dir, config, berth, relay, compileCache } = this.#options;
    return {
      region: this.#built.region,
      fabric,
      syncFabric: () => this.#clock.flush(),
      namespaces: netnsMaker(dir),
      imageArchive: dir.imageArchive,
      cgroup: dir.cgroup,
      berth,
      relay,
      compileCache,
      path: config.path,
    };
  }

  #subnetId(name: string): SubnetId {
    const id = this.#built.subnetIds.get(name);
    invariant(id !== undefined, "a checked lab file names its subnets");
    return id;
  }
}

interface LabParts {
  readonly built: BuiltRegion;
  readonly fabric: Fabric | undefined;
  readonly services: Services;
}

const HOPELESS_FAILURES = 4;

/** Whether there is nothing more to wait for: it runs, it has no node, or it has failed again and again. */
function isSettled({ phase, node, failures }: PodStatus): boolean {
  return phase === "Running" || node === undefined || failures >= HOPELESS_FAILURES;
}

/** Names namespaces `berth-<lab>-<role>`, and writes each down before it is made. */
function netnsMaker(dir: StateDir): NetnsMaker {
  return {
    make(role) {
      const name = netnsName(dir, role);
      dir.rememberNetns(name);
      return createNetns(name);
    },
    remove(netns) {
      deleteNetns(basename(netns));
    },
  };
}
