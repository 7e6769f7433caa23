import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Random } from "../../base/index.ts";
import { createNetns, deleteNetns } from "../../dataplane/index.ts";
import { openInformer, PODS } from "../../kube-client/index.ts";
import type { ClusterApi } from "../cluster/cluster-api.ts";
import { openForeignApi } from "../cluster/foreign-api.ts";
import { openOwnApi } from "../cluster/own-api.ts";
import { Fabric, type NetnsMaker } from "../fabric/fabric.ts";
import { planFabric } from "../fabric/plan.ts";
import { agentRoot } from "../image/agent-root.ts";
import { readBusybox } from "../image/busybox.ts";
import { labImages } from "../image/lab-images.ts";
import { PodSplitter } from "../kubelet/index.ts";
import { KernelMachines } from "../nodes/kernel-machines.ts";
import { NODE_PROFILE } from "../nodes/launch-instance.ts";
import type { Machines, MachineStatus } from "../nodes/machines.ts";
import { metadataInMemory } from "../imds/index.ts";
import type { BuiltRegion } from "../region/build-region.ts";
import { SimulatedMachines } from "../simulated/simulated-machines.ts";
import type { LabOptions } from "./lab-options.ts";
import { netnsName } from "./netns-names.ts";
import type { Services } from "./services.ts";
import { removeDir, type StateDir } from "./state-dir.ts";

/** What the machines of a lab stand on. */
export interface Ground {
  readonly namespaces: NetnsMaker;
  /** Undefined in a lab without a kernel. */
  readonly fabric: Fabric | undefined;
}

/** Makes the VPC in the kernel, where there are to be nodes. */
export function openGround({ lab, dir, mode }: LabOptions, { region }: BuiltRegion): Ground {
  const namespaces = netnsMaker(dir);
  const { internetServer } = lab;
  if (mode !== "kernel") return { namespaces, fabric: undefined };
  const fabric = new Fabric({ namespaces, internetServer });
  fabric.apply(planFabric(region));
  return { namespaces, fabric };
}

/** Opens the lab's own API server, or the one that it is told to use. */
export function openClusterApi(
  { lab, dir, time, speed = 1, kubeconfig, onBug }: LabOptions,
  { ground, random }: { readonly ground: Ground; readonly random: Random },
): Promise<ClusterApi> {
  const common = { time, inside: ground.fabric };
  if (kubeconfig !== undefined) return openForeignApi({ ...common, kubeconfig });
  return openOwnApi({
    ...common,
    speed,
    random,
    snapshotFile: dir.snapshotFile,
    kubeconfig: dir.kubeconfig,
    vpcCidrs: lab.vpcCidrs,
    onBug,
  });
}

/** What machines need of the rest of a lab. */
export interface MachineNeeds {
  readonly ground: Ground;
  readonly built: BuiltRegion;
  readonly api: ClusterApi;
  readonly ec2: Services["askEc2"];
}

/** The machines of a lab: real or simulated ones. */
export async function openMachines(options: LabOptions, needs: MachineNeeds): Promise<Machines> {
  const { lab, file, dir, config, time, sources, compileCache, onBug } = options;
  const { ground, built, api } = needs;
  const { fabric, namespaces } = ground;
  if (fabric === undefined) return openSimulatedMachines(options, needs);
  writeFileSync(dir.imageArchive, labImages(readBusybox(), agentRoot()));
  mkdirSync(compileCache, { recursive: true });
  const images = lab.images.map((path) => resolve(dirname(file), path));
  const client = api.client({ component: "kubelet", user: "system:nodes" });
  const informer = openInformer(client, PODS);
  return new KernelMachines({
    region: built.region,
    vpcId: built.vpcId,
    site: {
      ...{ fabric, namespaces, client, onBug },
      time,
      apiServer: api.service,
      serverToken: api.kubeletToken,
      imageArchives: [dir.imageArchive, ...images],
      cgroup: dir.cgroup,
      dirOf: (name) => dir.nodeDir(name),
      removeDir,
      sharedDirs: [...sources, compileCache],
      path: config.path,
      pods: new PodSplitter(informer),
    },
    failed: tellFailure(options),
    closed: () => {
      informer.close();
      client.close();
    },
  });
}

async function openSimulatedMachines(
  options: LabOptions,
  { built, api, ec2 }: MachineNeeds,
): Promise<Machines> {
  const { lab, dir, time, openAgents, onBug } = options;
  const { region, vpcId } = built;
  const user = "system:serviceaccount:kube-system:aws-node";
  const kubernetes = api.client({ component: "aws-node", user });
  const agents = await openAgents({ region: lab.region, time, ec2, kubernetes });
  const client = api.client({ component: "kubelet", user: "system:nodes" });
  const informer = openInformer(client, PODS);
  const nowMs = (): number => time.nowMs();
  return new SimulatedMachines({
    region,
    vpcId,
    site: {
      ...{ client, time, agents, onBug },
      apiServer: api.service,
      serverToken: api.kubeletToken,
      dirOf: (name) => dir.nodeDir(name),
      pods: new PodSplitter(informer),
    },
    metadata: metadataInMemory({ region, nowMs, defaultRole: NODE_PROFILE }),
    failed: tellFailure(options),
    closed: async () => {
      informer.close();
      client.close();
      await agents.close();
      kubernetes.close();
    },
  });
}

function tellFailure({ progress }: LabOptions): (machine: MachineStatus) => void {
  return ({ name, failure = "" }) => {
    progress(`Node ${name} could not start: ${failure}`);
  };
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
