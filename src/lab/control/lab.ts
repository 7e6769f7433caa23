import { dirname, resolve } from "node:path";
import { invariant } from "../../base/index.ts";
import type { SubnetId } from "../../facts/index.ts";
import { formatIpv4 } from "../../net/index.ts";
import { readAutoscalerSettings } from "../autoscaler/index.ts";
import { ec2Cloud } from "../cluster/autoscaler-cloud.ts";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "../cluster/control-plane.ts";
import { workloadObjects } from "../cluster/deployments.ts";
import { readManifest } from "../cluster/manifests.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import { launchInstance } from "../nodes/launch-instance.ts";
import { nodeNameOf } from "../nodes/machine-facts.ts";
import { RegionClock } from "../region/region-clock.ts";
import { type CallStatus, callStatus } from "./call-status.ts";
import type { LabOptions } from "./lab-options.ts";
import { closeAll, type Closer, type LabParts, openParts } from "./open-parts.ts";
import type { ExecRequest, ScaleRequest } from "./protocol.ts";
import { untilNodesReady, untilPodsSettled } from "./settled.ts";
import type { LabState, LabStatus } from "./status.ts";

/** A lab in this process. Make it with {@link Lab.open}, then `start`, and `close` it whatever happens. */
export class Lab {
  readonly #options: LabOptions;
  readonly #parts: LabParts;
  readonly #closers: Closer[];
  readonly #clock: RegionClock;
  #controlPlane: ControlPlane | undefined;
  #state: LabStatus["state"] = "starting";

  private constructor(options: LabOptions, parts: LabParts, closers: Closer[]) {
    this.#options = options;
    this.#closers = closers;
    this.#parts = parts;
    const { time } = options;
    this.#clock = new RegionClock(parts.built.region, { time, changed: () => this.#follow() });
  }

  /** Makes the VPC, the fabric and the servers; no node yet. */
  static async open(options: LabOptions): Promise<Lab> {
    const closers: Closer[] = [];
    try {
      return new Lab(options, await openParts(options, closers), closers);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  /** Starts the nodes, then the pods; resolves when every pod runs that can. */
  async start(signal: AbortSignal): Promise<void> {
    const { lab } = this.#options;
    const { view, machines } = this.#parts;
    const nodeNames = this.#launch();
    // Before anything that waits: the machines start while the control plane gets its objects.
    this.#clock.flush();
    const plane = await this.#startControlPlane();
    await plane.apply(this.#manifests());
    await unlessAborted(Promise.all([machines.started(), view.synced()]), signal);
    await untilNodesReady(view, signal);
    // Not before: the first node that is ready would get them all.
    await plane.apply(workloadObjects(lab.workloads, nodeNames));
    const expected = lab.workloads.reduce((sum, { replicas }) => sum + replicas, 0);
    await untilPodsSettled(view, { expected, signal });
    this.#state = "running";
  }

  get state(): LabState {
    return { state: this.#state, pid: process.pid };
  }

  get status(): LabStatus {
    const { lab, file, dir, mode } = this.#options;
    const { built, ground, services, api, view } = this.#parts;
    const { region, vpcId } = built;
    const natAddress = region.records.natGateways.list()[0]?.elasticIp?.publicIp;
    return {
      name: lab.name,
      file,
      ...this.state,
      mode,
      region: lab.region,
      vpcId,
      endpoints: {
        ec2: `http://127.0.0.1:${services.ec2Port}`,
        kubernetes: api.server,
        internetServer: ground.fabric && `http://${formatIpv4(lab.internetServer)}`,
        natAddress: natAddress && formatIpv4(natAddress),
      },
      kubeconfig: api.kubeconfig,
      programs: dir.programs,
      namespaces: ground.fabric?.namespaces ?? {},
      nodes: view.nodes(),
      pods: view.pods(),
      stateDir: dir.path,
    };
  }

  /** Who has called EC2 how often. */
  get calls(): CallStatus {
    const { services, view } = this.#parts;
    return callStatus(services.calls, view.callingNodes(this.#options.time.nowMs()));
  }

  /** Changes how many pods a Deployment has. */
  scale(request: ScaleRequest): Promise<void> {
    return this.#parts.view.scale(request);
  }

  /** Runs a command in a pod. */
  exec(request: ExecRequest): Promise<ExecResult> {
    return this.#parts.view.exec(request);
  }

  /** Stops serving and watching. What is left of the lab is for `cleanUp`. */
  async close(): Promise<void> {
    this.#state = "stopping";
    this.#clock.close();
    // A cluster that was there before goes on, without our nodes.
    if (this.#options.kubeconfig !== undefined) await this.#parts.view.forgetNodes();
    await this.#controlPlane?.close();
    await closeAll(this.#closers);
  }

  /** Starts the lab file's instances; their names in Kubernetes by the file's. */
  #launch(): ReadonlyMap<string, string> {
    const { region } = this.#parts.built;
    return new Map(
      this.#options.lab.nodes.map((spec) => {
        const id = launchInstance(spec, { region, subnetId: this.#subnetId(spec.subnet) });
        return [spec.name, nodeNameOf(region, id)];
      }),
    );
  }

  async #startControlPlane(): Promise<ControlPlane> {
    const { lab, time, kubeconfig, berth, sources, relay, compileCache, onBug } = this.#options;
    const { api, built } = this.#parts;
    this.#controlPlane = await startControlPlane({
      api,
      time,
      kubernetes: lab.kubernetes,
      ownApi: kubeconfig === undefined,
      agent: { berth, sources, relay, compileCache, env: lab.agentEnv },
      cloud: {
        exists: (id) =>
          built.region.records.instances
            .list()
            .some((instance) => instance.id === id && instance.state !== "terminated"),
      },
      autoscaler: this.#autoscaler(),
      onBug,
    });
    return this.#controlPlane;
  }

  #autoscaler(): ControlPlaneOptions["autoscaler"] {
    const { autoscaler, nodes } = this.#options.lab;
    if (autoscaler === undefined) return undefined;
    return {
      cloud: ec2Cloud({
        ask: this.#parts.services.askEc2,
        types: autoscaler.instanceTypes,
        subnets: autoscaler.subnets.map((name) => this.#subnetId(name)),
      }),
      settings: readAutoscalerSettings({
        nodesMax: Math.max(0, autoscaler.maxNodes - nodes.length),
        emptyTtlMs: autoscaler.consolidateAfterMs,
      }),
    };
  }

  #manifests(): ReturnType<typeof readManifest> {
    const { lab, file } = this.#options;
    return lab.manifests.flatMap((path) => readManifest(resolve(dirname(file), path)));
  }

  #follow(): void {
    try {
      this.#parts.machines.follow();
    } catch (error) {
      this.#options.onBug(error);
    }
  }

  #subnetId(name: string): SubnetId {
    const id = this.#parts.built.subnetIds.get(name);
    invariant(id !== undefined, "a checked lab file names its subnets");
    return id;
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
  signal.throwIfAborted();
  return Promise.race([work, aborted]);
}
