import type { Node, Pod } from "kubernetes-types/core/v1";
import { newRandom } from "../../../base/index.ts";
import {
  EVENTS,
  type Informer,
  type KubeClient,
  type KubeObject,
  NODES,
  openInformer,
  openKubeClient,
  openWorkQueue,
  PODS,
  type TypedResource,
} from "../../../kube-client/index.ts";
import { systemTime, type Time, timeText } from "../../../time/index.ts";
import { type KubeApi, openKubeApi } from "../../kube/index.ts";
import { type ControllerName, type Controllers, startControllers } from "../index.ts";
import { nodeNameOf } from "../daemon-set/daemon-pod.ts";
import { isDeleting, keyOf, nameOf, refOf, refOfKey, uidOf } from "../objects/meta.ts";
import { isPodFinished, isPodReady } from "../objects/pod.ts";

/** An API server over HTTPS, the controllers, and someone who plays the scheduler and all kubelets. */
export interface TestCluster {
  readonly api: KubeApi;
  readonly client: KubeClient;
  readonly pods: Informer<Pod>;
  /** What anybody called a bug. */
  readonly bugs: readonly unknown[];
  /** A kubeconfig of the administrator. */
  readonly kubeconfig: string;
  addNodes(count: number): Promise<void>;
  /** Creates objects in the namespace `default`. */
  create<T extends KubeObject>(resource: TypedResource<T>, object: T): Promise<T>;
  /** Resolves when the objects of a resource are as wanted; rejects after 15 s with what they are. */
  until<T extends KubeObject>(
    resource: TypedResource<T>,
    isWanted: (objects: readonly T[]) => boolean,
  ): Promise<readonly T[]>;
  /** `Reason: message` of the events on objects of that name. */
  events(name: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Pods whose first container has this image never become ready; those of `ENDS` succeed, those of `FAILS` fail. */
export const IMAGE = { broken: "broken", ends: "ends", fails: "fails" } as const;

const WANTED_WITHIN_MS = 15_000;

/** Opens all of it. */
export async function startCluster(
  options: { readonly which?: readonly ControllerName[]; readonly time?: Time } = {},
): Promise<TestCluster> {
  const time = options.time ?? systemTime;
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => void bugs.push(error);
  const api = await openKubeApi({ time, random: newRandom(7), addresses: [], onBug });
  const { port } = await api.listen({ kind: "loopback", port: 0 });
  const server = `https://127.0.0.1:${port}`;
  const open = (user: string): KubeClient => {
    const token = api.tokenFor(user);
    const access = { server, ca: api.tls.ca, namespace: "default" };
    return openKubeClient(
      { ...access, credentials: async () => ({ token }) },
      { userAgent: `${user}/1.0`, time },
    );
  };
  const client = open("test");
  const managers = open("kube-controller-manager");
  const controllers: Controllers = startControllers({
    client: managers,
    time,
    onBug,
    which: options.which,
    rootCa: api.tls.ca,
  });
  const player = playKubelets(open("player"), time, onBug);

  return {
    api,
    client,
    pods: player.pods,
    bugs,
    kubeconfig: api.adminKubeconfig(server),
    addNodes: async (count) => {
      await Promise.all(
        Array.from({ length: count }, (_, index) => client.create(NODES, nodeFor(index, time))),
      );
    },
    create: (resource, object) => client.create(resource, object),
    until: (resource, isWanted) => until(client, resource, isWanted),
    events: async (name) => {
      const { items } = await client.list(EVENTS);
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason ?? ""}: ${message ?? ""}`);
    },
    close: async () => {
      await controllers.close();
      await player.close();
      for (const one of [client, managers]) one.close();
      await api.close();
    },
  };
}

async function until<T extends KubeObject>(
  client: KubeClient,
  resource: TypedResource<T>,
  isWanted: (objects: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const informer = openInformer(client, resource);
  const look = (): void => {
    if (isWanted(informer.list())) resolve(true);
  };
  // An informer that has seen nothing yet is empty, which may just be what is wanted.
  void informer.synced.then(() => {
    informer.onChange(look);
    look();
  });
  const late = setTimeout(resolve, WANTED_WITHIN_MS, false);
  const isDone = await promise;
  clearTimeout(late);
  informer.close();
  if (!isDone) throw new Error(`not as wanted: ${JSON.stringify(informer.list())}`);
  return informer.list();
}

function nodeFor(index: number, time: Time): Node {
  const name = `node-${index}`;
  const now = timeText(time.nowMs());
  const condition = { status: "True", lastHeartbeatTime: now, lastTransitionTime: now };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name } },
    status: { conditions: [{ type: "Ready", ...condition }] },
  };
}

interface Player {
  readonly pods: Informer<Pod>;
  close(): Promise<void>;
}

/** Binds pods to nodes in turn, runs them, and removes those that are being deleted. */
function playKubelets(client: KubeClient, time: Time, onBug: (error: unknown) => void): Player {
  const pods = openInformer(client, PODS);
  const nodes = openInformer(client, NODES);
  let turn = 0;
  const queue = openWorkQueue({
    time,
    concurrency: 50,
    onError: (_key, error) => {
      if (!(error instanceof Error && error.name === "BerthError")) onBug(error);
    },
    work: async (key) => {
      await nodes.synced;
      const pod = pods.get(refOfKey(key));
      if (pod !== undefined) await play(pod);
    },
  });

  async function play(pod: Pod): Promise<void> {
    if (isDeleting(pod)) {
      const options = { gracePeriodSeconds: 0, uid: uidOf(pod) };
      await client.delete(PODS, refOf(pod), options).catch(() => undefined);
      return;
    }
    if (pod.spec?.nodeName === undefined) {
      const usable = nodes.list().filter(({ spec }) => spec?.unschedulable !== true);
      const name = nodeNameOf(pod) ?? usable[turn++ % usable.length]?.metadata?.name;
      if (name === undefined) {
        queue.addAfter(keyOf(pod), 50);
        return;
      }
      await client.post(
        PODS,
        { ...refOf(pod), subresource: "binding" },
        {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name: nameOf(pod) },
          target: { apiVersion: "v1", kind: "Node", name },
        },
      );
      return;
    }
    if (isPodReady(pod) || isPodFinished(pod)) return;
    const status = statusFor(pod, time);
    if (status === undefined) return;
    await client.patch(PODS, refOf(pod), {
      type: "strategic",
      subresource: "status",
      body: { status },
    });
  }

  pods.onChange(({ type, object }) => {
    if (type !== "deleted") queue.add(keyOf(object));
  });
  return {
    pods,
    close: async () => {
      pods.close();
      nodes.close();
      client.close();
      await queue.close();
    },
  };
}

function statusFor(pod: Pod, time: Time): Pod["status"] {
  const image = pod.spec?.containers[0]?.image;
  if (image === IMAGE.broken) return undefined;
  if (image === IMAGE.ends) return { phase: "Succeeded" };
  if (image === IMAGE.fails) return { phase: "Failed" };
  const lastTransitionTime = timeText(time.nowMs());
  return {
    phase: "Running",
    podIP: `10.0.0.${(Number.parseInt(uidOf(pod).slice(0, 4), 16) % 250) + 1}`,
    conditions: [{ type: "Ready", status: "True", lastTransitionTime }],
  };
}
