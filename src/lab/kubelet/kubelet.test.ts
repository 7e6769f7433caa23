import { afterEach, describe, expect, test } from "vitest";
import { scaledTime } from "../../time/index.ts";
import { type Kubelet, startKubelet } from "./kubelet.ts";
import { openMemoryRuntime } from "./memory-runtime.ts";
import type { ContainerRuntime } from "./runtime.ts";
import { MemoryCluster } from "./testing/memory-cluster.ts";
import { MAIN, TEST_NODE, testPod } from "./testing/test-node.ts";
import { TinyNetwork } from "./testing/tiny-network.ts";
import { PODS } from "../../kube-client/index.ts";

const NODE = TEST_NODE.name;

/** 100 times as fast as the wall clock. */
const time = scaledTime({ speed: 100, startMs: Date.parse("2026-11-24T14:00:00Z") });

describe("a kubelet over a runtime in memory", () => {
  const kubelets: Kubelet[] = [];
  afterEach(async () => {
    await Promise.all(kubelets.splice(0).map((kubelet) => kubelet.close()));
  });

  async function start(
    parts: {
      network?: TinyNetwork;
      runtime?: ContainerRuntime;
      cluster?: MemoryCluster;
      maxPods?: number;
    } = {},
  ) {
    const { network = new TinyNetwork(), cluster = new MemoryCluster() } = parts;
    const runtime = parts.runtime ?? openMemoryRuntime({ network, time });
    const bugs: unknown[] = [];
    const kubelet = await startKubelet({
      node: { ...TEST_NODE, maxPods: parts.maxPods ?? TEST_NODE.maxPods },
      client: cluster.client,
      pods: cluster.podsOf(NODE),
      runtime,
      time,
      apiServer: { host: "172.20.0.1", port: 443 },
      serverToken: "secret",
      onBug: (error) => bugs.push(error),
    });
    kubelets.push(kubelet);
    return { kubelet, cluster, network, bugs };
  }

  const phaseOf = (cluster: MemoryCluster, name: string) => () => cluster.pod(name)?.status?.phase;

  test("registers a Node as EKS does", async () => {
    const { cluster, kubelet } = await start();
    const node = cluster.node(NODE);
    expect(node?.spec?.providerID).toBe("aws:///us-east-1a/i-0123456789abcdef0");
    expect(node?.metadata?.labels).toMatchObject({
      "kubernetes.io/os": "linux",
      "kubernetes.io/hostname": NODE,
      "node.kubernetes.io/instance-type": "m5.large",
      "topology.kubernetes.io/zone": "us-east-1a",
    });
    expect(node?.spec?.taints).toEqual([
      { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
    ]);
    expect(node?.status?.capacity).toMatchObject({ cpu: "2", pods: "29" });
    expect(node?.status?.allocatable).toMatchObject({ cpu: "1930m", pods: "29" });
    expect(node?.status?.daemonEndpoints?.kubeletEndpoint?.Port).toBe(kubelet.port);
    expect(node?.status?.nodeInfo?.containerRuntimeVersion).toBe("containerd://2.1.4");
  });

  test("R-IP-2: the node is not ready until the network is, in the kubelet's words", async () => {
    const network = new TinyNetwork();
    network.ready = false;
    const { cluster } = await start({ network });
    const ready = () =>
      cluster.node(NODE)?.status?.conditions?.find(({ type }) => type === "Ready");
    expect(ready()).toMatchObject({
      status: "False",
      reason: "KubeletNotReady",
      message:
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
    });
    cluster.put(PODS, testPod("web"));
    cluster.put(PODS, testPod("host", { hostNetwork: true }));
    await expect.poll(phaseOf(cluster, "host")).toBe("Running");
    expect(phaseOf(cluster, "web")()).toBe("Pending");
    network.ready = true;
    await expect.poll(() => ready()?.status).toBe("True");
    expect(ready()).toMatchObject({
      reason: "KubeletReady",
      message: "kubelet is posting ready status",
    });
    await expect.poll(phaseOf(cluster, "web")).toBe("Running");
    expect(cluster.events).toContain(`NodeReady Node ${NODE} status is now: NodeReady`);
    expect(cluster.events.join("\n")).toContain("NetworkNotReady network is not ready: ");
  });

  test("a pod runs, with an address, in one request", async () => {
    const { cluster, bugs } = await start();
    cluster.put(PODS, testPod("web"));
    await expect.poll(phaseOf(cluster, "web")).toBe("Running");
    const status = cluster.pod("web")?.status;
    expect(status).toMatchObject({
      podIP: "10.0.1.20",
      hostIP: "10.0.1.10",
      qosClass: "BestEffort",
      containerStatuses: [{ name: MAIN, ready: true, started: true, restartCount: 0 }],
    });
    expect(status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toEqual([
      "PodReadyToStartContainers=True",
      "Initialized=True",
      "Ready=True",
      "ContainersReady=True",
      "PodScheduled=True",
    ]);
    expect(cluster.statusPatches).toEqual([{ pod: "web", phase: "Running" }]);
    await expect
      .poll(() => cluster.events.filter((event) => event.includes("ontainer")))
      .toEqual([
        'Pulled Container image "berth.local/echo:1" already present on machine and can be accessed by the pod',
        "Created Container created",
        "Started Container started",
      ]);
    expect(bugs).toEqual([]);
  });

  test("a deleted pod ends, gives its address back and leaves the API", async () => {
    const { cluster, network } = await start();
    cluster.put(PODS, testPod("web"));
    await expect.poll(phaseOf(cluster, "web")).toBe("Running");
    expect(network.held.size).toBe(1);
    cluster.deletePod("web", 30);
    await expect.poll(() => cluster.pod("web")).toBeUndefined();
    expect(network.held.size).toBe(0);
    expect(cluster.events).toContain("Killing Stopping container main");
  });

  test("a pod that is taken away without a grace ends too", async () => {
    const { cluster, network } = await start();
    cluster.put(PODS, testPod("web"));
    await expect.poll(phaseOf(cluster, "web")).toBe("Running");
    cluster.removePod("web");
    await expect.poll(() => network.held.size).toBe(0);
  });

  test("R-DIAG-1: a sandbox without an address fails with the plugin's own text, and is tried again", async () => {
    const network = new TinyNetwork();
    network.refusals.push('plugin type="berth-cni" failed (add): the subnet is full');
    const { cluster } = await start({ network });
    cluster.put(PODS, testPod("web"));
    await expect
      .poll(() => cluster.events.find((event) => event.startsWith("FailedCreatePodSandBox")))
      .toMatch(
        /^FailedCreatePodSandBox Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="berth-cni" failed \(add\): the subnet is full$/,
      );
    expect(cluster.pod("web")?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe(
      "ContainerCreating",
    );
    await expect.poll(phaseOf(cluster, "web")).toBe("Running");
  });

  test("more pods than max pods: the one too many fails as OutOfpods", async () => {
    const { cluster } = await start({ maxPods: 2 });
    for (const name of ["a", "b", "c"]) cluster.put(PODS, testPod(name));
    await expect.poll(phaseOf(cluster, "c")).toBe("Failed");
    expect(cluster.pod("c")?.status).toMatchObject({
      reason: "OutOfpods",
      message:
        "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 2, capacity: 2",
    });
    await expect.poll(phaseOf(cluster, "a")).toBe("Running");
    cluster.deletePod("c", 0);
    await expect.poll(() => cluster.pod("c")).toBeUndefined();
  });

  test("a job's pod runs as long as its annotation says", async () => {
    const { cluster } = await start();
    const pod = testPod("job", { restartPolicy: "Never" });
    const annotations = { "berth.dev/run-seconds": "5" };
    cluster.put(PODS, { ...pod, metadata: { ...pod.metadata, annotations } });
    await expect.poll(phaseOf(cluster, "job")).toBe("Running");
    await expect.poll(phaseOf(cluster, "job")).toBe("Succeeded");
    expect(cluster.pod("job")?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 0,
      reason: "Completed",
    });
  });

  test("a container that keeps ending is restarted, later each time", async () => {
    const { cluster } = await start();
    const annotations = { "berth.dev/run-seconds": "1" };
    const pod = testPod("loop");
    cluster.put(PODS, { ...pod, metadata: { ...pod.metadata, annotations } });
    const status = () => cluster.pod("loop")?.status?.containerStatuses?.[0];
    await expect.poll(() => status()?.state?.waiting?.reason).toBe("CrashLoopBackOff");
    expect(status()?.state?.waiting?.message).toMatch(
      /^back-off 10s restarting failed container=main pod=loop_default\(uid-\d+\)$/,
    );
    expect(status()?.lastState?.terminated?.reason).toBe("Completed");
    await expect.poll(() => status()?.restartCount, { timeout: 5000 }).toBeGreaterThan(2);
    expect(cluster.events.join("\n")).toContain(
      "BackOff Back-off restarting failed container main",
    );
  });

  test("a kubelet that takes over finds its sandboxes and starts nothing twice", async () => {
    const network = new TinyNetwork();
    const runtime = openMemoryRuntime({ network, time });
    const kept = { ...wrap(runtime), close: () => undefined };
    const { cluster, kubelet } = await start({ network, runtime: kept });
    cluster.put(PODS, testPod("web"));
    cluster.put(PODS, testPod("gone"));
    await expect.poll(phaseOf(cluster, "gone")).toBe("Running");
    await kubelet.close();
    cluster.removePod("gone");
    await start({ network, runtime: kept, cluster });
    await expect.poll(() => network.held.size).toBe(1);
    const sandboxes = await runtime.list();
    expect(sandboxes.map(({ name, attempt }) => [name, attempt])).toEqual([["web", 0]]);
    expect(cluster.pod("web")?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test("its server answers nobody without the token", async () => {
    const { kubelet, cluster } = await start();
    cluster.put(PODS, testPod("web"));
    await expect.poll(phaseOf(cluster, "web")).toBe("Running");
    const url = `http://127.0.0.1:${kubelet.port}`;
    expect((await fetch(`${url}/pods`)).status).toBe(401);
    const headers = { authorization: "Bearer secret" };
    const pods = (await (await fetch(`${url}/pods`, { headers })).json()) as { items: unknown[] };
    expect(pods.items).toHaveLength(1);
    const log = await fetch(`${url}/containerLogs/default/web/main`, { headers });
    expect([log.status, await log.text()]).toEqual([
      400,
      "containers of a simulated lab write no logs",
    ]);
    const exec = await fetch(`${url}/exec/default/web/main?command=ls&output=1`, { headers });
    expect(exec.status).toBe(400);
  });
});

/** The methods of a runtime as an object of their own. */
function wrap(runtime: ContainerRuntime): ContainerRuntime {
  return { ...runtime };
}
