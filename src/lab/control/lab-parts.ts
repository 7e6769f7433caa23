import { writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Random } from "../../base/index.ts";
import { createNetns, deleteNetns } from "../../dataplane/index.ts";
import { openInformer, PODS } from "../../kube-client/index.ts";
import { systemTime } from "../../time/index.ts";
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
import type { Machines } from "../nodes/machines.ts";
import { NoMachines } from "../nodes/no-machines.ts";
import type { BuiltRegion } from "../region/build-region.ts";
import type { LabOptions } from "./lab.ts";
import { netnsName } from "./netns-names.ts";
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
  { lab, dir, kubeconfig, onBug }: LabOptions,
  { ground, random }: { readonly ground: Ground; readonly random: Random },
): Promise<ClusterApi> {
  const common = { time: systemTime, inside: ground.fabric };
  if (kubeconfig !== undefined) return openForeignApi({ ...common, kubeconfig });
  return openOwnApi({
    ...common,
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
}

/** The machines of a lab: real ones, or none. */
export function openMachines(options: LabOptions, { ground, built, api }: MachineNeeds): Machines {
  const { lab, file, dir, config, sources, compileCache, progress, onBug } = options;
  const { fabric, namespaces } = ground;
  if (fabric === undefined) return new NoMachines();
  writeFileSync(dir.imageArchive, labImages(readBusybox(), agentRoot()));
  const images = lab.images.map((path) => resolve(dirname(file), path));
  const client = api.client({ component: "kubelet", user: "system:nodes" });
  const informer = openInformer(client, PODS);
  const machines = new KernelMachines({
    region: built.region,
    vpcId: built.vpcId,
    site: {
      ...{ fabric, namespaces, client, onBug },
      time: systemTime,
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
    failed: ({ name, failure = "" }) => {
      progress(`Node ${name} could not start: ${failure}`);
    },
    closed: () => {
      informer.close();
      client.close();
    },
  });
  return machines;
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
