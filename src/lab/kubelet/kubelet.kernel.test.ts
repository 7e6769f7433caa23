import { existsSync, unlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONFIG_MAPS, PODS } from "../../kube-client/index.ts";
import { systemTime } from "../../time/index.ts";
import { LAB_KERNEL_MISSING, runIn } from "../testing/kernel.ts";
import { openCriRuntime } from "./cri-runtime.ts";
import { type Kubelet, startKubelet } from "./kubelet.ts";
import { type KernelNode, startKernelNode } from "./testing/kernel-node.ts";
import { MemoryCluster } from "./testing/memory-cluster.ts";
import { MAIN, TEST_NODE, testPod } from "./testing/test-node.ts";

const NODE = TEST_NODE.name;
const SOON = { timeout: 20_000 };
const ECHO_WORDS = { command: ["sh", "-c"] };

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `a kubelet over containerd (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const cluster = new MemoryCluster();
    const bugs: unknown[] = [];
    let node: KernelNode;
    let kubelet: Kubelet;

    function start(): Promise<Kubelet> {
      const { socket, cgroupParent, netns, dir } = node;
      return startKubelet({
        node: TEST_NODE,
        client: cluster.client,
        pods: cluster.podsOf(NODE),
        runtime: openCriRuntime({ socket, cgroupParent, time: systemTime }),
        time: systemTime,
        apiServer: { host: "172.20.0.1", port: 443 },
        serverToken: "secret",
        dirs: { pods: `${dir}/volumes`, logs: `${dir}/logs` },
        netns,
        onBug: (error) => bugs.push(error),
      });
    }

    beforeAll(async () => {
      node = await startKernelNode();
      runIn(node.netns, "ip", ["addr", "add", `${TEST_NODE.address}/32`, "dev", "lo"]);
      kubelet = await start();
    }, 60_000);
    afterAll(async () => {
      await kubelet.close();
      await node.remove();
    }, 60_000);

    const statusOf = (name: string) => cluster.pod(name)?.status;
    const phaseOf = (name: string) => () => statusOf(name)?.phase;
    const mainOf = (name: string) => statusOf(name)?.containerStatuses?.[0];
    const ready = () =>
      cluster.node(NODE)?.status?.conditions?.find(({ type }) => type === "Ready");

    async function log(name: string, query = ""): Promise<string> {
      const url = `http://127.0.0.1:${kubelet.port}/containerLogs/default/${name}/${MAIN}?${query}`;
      const answer = await fetch(url, { headers: { authorization: "Bearer secret" } });
      return answer.text();
    }

    /** Runs a command in the container of the pod "probed". */
    async function run(command: string): Promise<void> {
      const runtime = openCriRuntime({ ...node, time: systemTime });
      const id = mainOf("probed")?.containerID?.replace("containerd://", "") ?? "";
      await runtime.exec(id, ["sh", "-c", command], 10);
      runtime.close();
    }

    test("the node waits for its network, and a pod on the host's network does not", async () => {
      expect(ready()).toMatchObject({
        status: "False",
        message:
          "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
      });
      const container = { ...ECHO_WORDS, args: ["hostname; sleep 1000"] };
      cluster.put(PODS, testPod("host", { hostNetwork: true, container }));
      await expect.poll(phaseOf("host"), SOON).toBe("Running");
      expect(statusOf("host")?.podIP).toBe(TEST_NODE.address);
      node.configureNetwork();
      await expect.poll(() => ready()?.status, SOON).toBe("True");
      cluster.deletePod("host", 1);
      await expect.poll(() => cluster.pod("host"), SOON).toBeUndefined();
    });

    test("a pod has its environment, volumes, limits and rights, in the order of its init containers", async () => {
      cluster.put(CONFIG_MAPS, {
        metadata: { namespace: "default", name: "settings" },
        data: { colour: "green" },
      });
      const say =
        'cat /shared/first; echo "$NAME $COLOUR $(id -u) $KUBERNETES_SERVICE_HOST $(CPU)"; cat /settings/colour; echo; cat /token/token; echo; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; touch /nowhere 2>&1; grep main-pod /etc/hosts; echo done > /dev/termination-log';
      cluster.put(
        PODS,
        testPod("main-pod", {
          restartPolicy: "Never",
          volumes: [
            { name: "shared", emptyDir: {} },
            { name: "settings", configMap: { name: "settings" } },
            {
              name: "token",
              projected: { sources: [{ serviceAccountToken: { path: "token" } }] },
            },
          ],
          initContainers: [
            {
              name: "first",
              image: "berth.local/echo:1",
              command: ["sh", "-c", "echo from init > /shared/first"],
              volumeMounts: [{ name: "shared", mountPath: "/shared" }],
            },
          ],
          container: {
            ...ECHO_WORDS,
            args: [say],
            env: [
              { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              {
                name: "COLOUR",
                valueFrom: { configMapKeyRef: { name: "settings", key: "colour" } },
              },
              { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
            ],
            resources: { limits: { memory: "64Mi", cpu: "500m" } },
            securityContext: { runAsUser: 65534, readOnlyRootFilesystem: true },
            volumeMounts: [
              { name: "shared", mountPath: "/shared" },
              { name: "settings", mountPath: "/settings", readOnly: true },
              { name: "token", mountPath: "/token", readOnly: true },
            ],
          },
        }),
      );
      await expect.poll(phaseOf("main-pod"), SOON).toMatch(/Succeeded|Failed/);
      expect(statusOf("main-pod")).toMatchObject({
        phase: "Succeeded",
        podIP: "10.99.0.7",
        initContainerStatuses: [{ name: "first", ready: true }],
        containerStatuses: [{ state: { terminated: { reason: "Completed", message: "done\n" } } }],
      });
      const lines = (await log("main-pod")).split("\n");
      expect(lines).toEqual([
        "from init",
        "main-pod green 65534 172.20.0.1 1",
        "green",
        "token of default",
        String(64 * 2 ** 20),
        "touch: /nowhere: Read-only file system",
        "10.99.0.7\tmain-pod",
        "",
      ]);
      expect(await log("main-pod", "tailLines=1")).toBe("10.99.0.7\tmain-pod\n");
      expect(await log("main-pod", "limitBytes=4")).toBe("from");
      expect(await log("main-pod", "timestamps=true&tailLines=1")).toMatch(/^\d{4}-.*Z 10\.99/);
    });

    test("probes decide about ready and restarts; a followed log ends with its container", async () => {
      const script =
        "mkdir -p /tmp/www; httpd -f -p 8080 -h /tmp/www & sleep 1; touch /tmp/well; echo up; sleep 1000 & wait";
      const restarts = () => mainOf("probed")?.restartCount;
      cluster.put(
        PODS,
        testPod("probed", {
          hostNetwork: true,
          container: {
            command: ["sh", "-c", `trap 'exit 0' TERM; ${script}`],
            startupProbe: { exec: { command: ["cat", "/tmp/well"] }, periodSeconds: 1 },
            readinessProbe: { httpGet: { path: "/page", port: 8080 }, periodSeconds: 1 },
            livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
            lifecycle: { preStop: { exec: { command: ["touch", "/tmp/stopping"] } } },
          },
        }),
      );
      await expect.poll(() => mainOf("probed")?.started, SOON).toBe(true);
      expect(mainOf("probed")?.ready).toBe(false);
      const answered = "Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 404";
      await expect.poll(() => cluster.events, SOON).toContain(answered);
      await run("mkdir -p /tmp/www; echo hello > /tmp/www/page");
      await expect.poll(() => mainOf("probed")?.ready, SOON).toBe(true);
      expect(
        cluster.pod("probed")?.status?.conditions?.find(({ type }) => type === "Ready"),
      ).toMatchObject({ status: "True" });
      const followed = log("probed", "follow=true");
      await run("killall httpd");
      await expect.poll(restarts, SOON).toBe(1);
      expect(cluster.events).toContain(
        "Killing Container main failed liveness probe, will be restarted",
      );
      expect(cluster.events).toContain(
        "Unhealthy Liveness probe failed: dial tcp 10.0.1.10:8080: connect: connection refused",
      );
      expect(await followed).toBe("up\n");
      cluster.deletePod("probed", 2);
      await expect.poll(() => cluster.pod("probed"), SOON).toBeUndefined();
    });

    test("a refusal of the plugin is shown in its own words, and tried again", async () => {
      writeFileSync(node.refusal, "");
      cluster.put(PODS, testPod("late"));
      await expect
        .poll(() => cluster.events.find((event) => event.includes("PodSandBox")), SOON)
        .toMatch(
          /^FailedCreatePodSandBox Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": .*no berth is free/,
        );
      unlinkSync(node.refusal);
      await expect.poll(phaseOf("late"), SOON).toBe("Running");
    });

    test("an image that is not there is named, with the reason", async () => {
      const container = { image: "berth.local/missing:1", imagePullPolicy: "Never" };
      cluster.put(PODS, testPod("no-image", { container }));
      await expect
        .poll(() => mainOf("no-image")?.state?.waiting, SOON)
        .toEqual({
          reason: "ErrImageNeverPull",
          message:
            'Container image "berth.local/missing:1" is not present with pull policy of Never',
        });
      cluster.removePod("no-image");
    });

    test("a command that is not there crashes, and backs off", async () => {
      cluster.put(
        PODS,
        testPod("crash", { container: { command: ["sh", "-c", "echo bye; exit 3"] } }),
      );
      await expect
        .poll(() => mainOf("crash")?.state?.waiting?.reason, SOON)
        .toBe("CrashLoopBackOff");
      expect(mainOf("crash")?.lastState?.terminated).toMatchObject({
        exitCode: 3,
        reason: "Error",
      });
      expect(await log("crash", "previous=true")).toBe("bye\n");
      cluster.deletePod("crash", 1);
      await expect.poll(() => cluster.pod("crash"), SOON).toBeUndefined();
    });

    test("a containerd that dies makes the node not ready; pods are found again", async () => {
      cluster.put(PODS, testPod("kept"));
      await expect.poll(phaseOf("kept"), SOON).toBe("Running");
      const before = mainOf("kept")?.containerID;
      await node.killContainerd();
      await expect.poll(() => ready()?.status, SOON).toBe("False");
      expect(ready()?.message).toContain("container runtime is down");
      await expect.poll(() => ready()?.status, SOON).toBe("True");
      await kubelet.close();
      kubelet = await start();
      cluster.put(PODS, testPod("after"));
      await expect.poll(phaseOf("after"), SOON).toBe("Running");
      expect(mainOf("kept")).toMatchObject({ containerID: before, restartCount: 0 });
      cluster.deletePod("kept", 1);
      await expect.poll(() => cluster.pod("kept"), SOON).toBeUndefined();
      expect(existsSync(`${node.dir}/logs`)).toBe(true);
    });

    test("nothing of it was a bug", () => {
      expect(bugs).toEqual([]);
    });
  },
);
