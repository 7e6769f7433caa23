import type { Event, Node, Pod, PodSpec } from "kubernetes-types/core/v1";
import { newRandom } from "../../base/index.ts";
import {
  EVENTS,
  NODES,
  openInformer,
  openKubeClient,
  PODS,
  SERVICE_ACCOUNTS,
} from "../../kube-client/index.ts";
import type { Informer, KubeClient } from "../../kube-client/index.ts";
import { scaledTime } from "../../time/index.ts";
import { openKubeApi } from "../kube/index.ts";
import { startScheduler } from "../scheduler/index.ts";
import type { AutoscalerCloud, CandidateSubnet, CandidateType } from "./autoscaler-cloud.ts";
import { candidateNode } from "./candidate-node.ts";
import { readAutoscalerSettings } from "./settings.ts";
import type { AutoscalerSettings } from "./settings.ts";
import { startAutoscaler } from "./start-autoscaler.ts";

/** An API server over HTTPS with a scheduler, an autoscaler and a small cloud whose subnets run out of addresses. */
export interface TestCluster {
  readonly client: KubeClient;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly cloud: TestCloud;
  /** What anybody called a bug. */
  readonly bugs: readonly unknown[];
  readonly log: readonly string[];
  createPod(name: string, spec?: Partial<PodSpec>): Promise<void>;
  /** `Reason: message` of the events on a pod. */
  events(name: string): Promise<string[]>;
  close(): Promise<void>;
}

/** A cloud that can be told to be slow or empty. */
export interface TestCloud {
  /** Free addresses by subnet. A launch takes one, plus one for each pod the node may have. */
  readonly free: Map<string, number>;
  /** Running, by id: the node's name. */
  readonly instances: Map<string, string>;
  /** While false, launched instances do not become nodes. */
  registers: boolean;
  /** Refusals of the next launches. */
  readonly refusals: { code: string; message: string }[];
}

const TYPE: CandidateType = {
  type: "m5.large",
  usdPerHour: 0.096,
  arch: "amd64",
  allocatable: { cpu: 2, memory: 8 * 2 ** 30, pods: 4 },
};

const ZONES: Readonly<Record<string, string>> = {
  "subnet-a": "us-east-1a",
  "subnet-b": "us-east-1b",
};

/** Opens all of it. Time passes fifty times as fast. */
export async function startCluster(
  given: Partial<AutoscalerSettings> = {},
  free: Record<string, number> = { "subnet-a": 100, "subnet-b": 50 },
): Promise<TestCluster> {
  const time = scaledTime({ speed: 50, startMs: Date.parse("2027-01-01T00:00:00Z") });
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => void bugs.push(error);
  const api = await openKubeApi({ time, random: newRandom(1), addresses: [], onBug });
  const { port } = await api.listen({ kind: "loopback", port: 0 });
  const open = (user: string): KubeClient => {
    const token = api.tokenFor(user);
    const access = {
      server: `https://127.0.0.1:${port}`,
      ca: api.tls.ca,
      namespace: "default",
      credentials: async () => ({ token }),
    };
    return openKubeClient(access, { userAgent: `${user}/1`, time });
  };
  const client = open("system:admin");
  await client.create(SERVICE_ACCOUNTS, { metadata: { name: "default", namespace: "default" } });
  const pods = openInformer(client, PODS);
  const nodes = openInformer(client, NODES);
  const cloud: TestCloud = {
    free: new Map(Object.entries(free)),
    instances: new Map(),
    registers: true,
    refusals: [],
  };
  const log: string[] = [];
  const schedulerClient = open("system:kube-scheduler");
  const scheduler = startScheduler({ client: schedulerClient, time, onBug });
  const autoscalerClient = open("system:karpenter");
  const autoscaler = startAutoscaler({
    client: autoscalerClient,
    time,
    cloud: newCloud(cloud, client),
    settings: readAutoscalerSettings(given),
    log: (line) => void log.push(line),
    onBug,
  });

  return {
    client,
    pods,
    nodes,
    cloud,
    bugs,
    log,
    async createPod(name, spec = {}) {
      await client.create(PODS, {
        metadata: { name, namespace: "default" },
        spec: { containers: [{ name: "main", image: "busybox" }], ...spec },
      });
    },
    events: (name) => listEvents(client, name),
    async close() {
      await autoscaler.close();
      await scheduler.close();
      pods.close();
      nodes.close();
      for (const each of [client, schedulerClient, autoscalerClient]) each.close();
      await api.close();
    },
  };
}

async function listEvents(client: KubeClient, name: string): Promise<string[]> {
  const fieldSelector = `involvedObject.name=${name}`;
  const { items } = await client.list(EVENTS, { namespace: "default", fieldSelector });
  return items.map(({ reason, message }: Event) => `${reason ?? ""}: ${message ?? ""}`);
}

function newCloud(world: TestCloud, client: KubeClient): AutoscalerCloud {
  let made = 0;
  return {
    types: async () => [TYPE],
    subnets: async () =>
      [...world.free].map(([id, freeAddresses]): CandidateSubnet => {
        return { id, zone: ZONES[id] ?? "", freeAddresses };
      }),
    async launch({ subnet, labels }) {
      const refusal = world.refusals.shift();
      if (refusal !== undefined) return { kind: "refused", ...refusal };
      const left = (world.free.get(subnet) ?? 0) - 1 - (TYPE.allocatable["pods"] ?? 0);
      if (left < 0)
        return {
          kind: "refused",
          code: "InsufficientFreeAddressesInSubnet",
          message: `There are not enough free addresses in subnet '${subnet}' to satisfy the requested number of instances.`,
        };
      world.free.set(subnet, left);
      made++;
      const instanceId = `i-${made.toString(16).padStart(8, "0")}`;
      const nodeName = `ip-10-0-0-${made}.ec2.internal`;
      world.instances.set(instanceId, nodeName);
      const place = { name: nodeName, zone: ZONES[subnet] ?? "", pool: "" };
      const node = candidateNode(TYPE, place);
      if (world.registers) await register(client, node, { instanceId, labels });
      return { kind: "launched", instanceId, nodeName };
    },
    async terminate(instanceId) {
      world.instances.delete(instanceId);
    },
  };
}

async function register(
  client: KubeClient,
  { metadata = {}, status = {} }: Node,
  { instanceId, labels }: { instanceId: string; labels: Readonly<Record<string, string>> },
): Promise<void> {
  const name = metadata.name ?? "";
  const taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
  await client.create(NODES, {
    metadata: { name, labels: { ...metadata.labels, ...labels } },
    spec: { providerID: `aws:///us-east-1a/${instanceId}`, taints: [taint] },
  });
  const conditions = [{ type: "Ready", status: "True", reason: "KubeletReady" }];
  const body = { status: { ...status, conditions } };
  await client.patch(NODES, { name }, { type: "merge", subresource: "status", body });
  await client.patch(NODES, { name }, { type: "merge", body: { spec: { taints: null } } });
}
