import { expect, test } from "vitest";
import { MemoryRuntime } from "../testing/memory-runtime.ts";
import { Gate } from "./gate.ts";
import type { PodStatus } from "./pod.ts";
import { Workloads } from "./workloads.ts";

const NEVER = new AbortController().signal;

function newNode({ name, maxPods }: { name: string; maxPods: number }) {
  const cri = new MemoryRuntime();
  const home = {
    node: name,
    cri,
    gate: new Gate(2),
    cgroupParent: "/test",
    logDir: "/logs",
    backOff: { firstMs: 1, lastMs: 4 },
  };
  return { cri, node: { home, maxPods } };
}

function workload(name: string, replicas: number, node?: string) {
  return { name, namespace: "default", replicas, node };
}

type Refusal = MemoryRuntime["refusals"][number];

const allRunning = (pods: readonly PodStatus[]): boolean =>
  pods.every(({ phase }) => phase === "Running");

test("pods are spread, get addresses, and are listed in the order of their numbers", async () => {
  const [a, b] = [newNode({ name: "a", maxPods: 10 }), newNode({ name: "b", maxPods: 10 })];
  const workloads = new Workloads([a.node, b.node]);
  workloads.apply(workload("web", 11));
  await workloads.until(allRunning, NEVER);
  const { status } = workloads;
  expect(status.map(({ name }) => name).slice(0, 3)).toEqual(["web-1", "web-2", "web-3"]);
  expect(status.at(-1)?.name).toBe("web-11");
  expect(status.map(({ node }) => node).slice(0, 4)).toEqual(["a", "b", "a", "b"]);
  expect(new Set(status.map(({ address }) => address)).size).toBe(6);
  expect(a.cri.containers.size).toBe(6);
});

test("R-IP-2: pods beyond max pods stay pending, and get their turn when there is room", async () => {
  const { node } = newNode({ name: "a", maxPods: 4 });
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 2));
  workloads.apply(workload("more", 1));
  const more = (): PodStatus | undefined =>
    workloads.status.find(({ workload: name }) => name === "more");
  expect(more()).toMatchObject({
    phase: "Pending",
    node: undefined,
    message: "0/1 nodes are available: 1 Too many pods.",
  });
  workloads.scale({ namespace: "default", name: "web", replicas: 1 });
  await workloads.until((pods) => pods.length === 2 && allRunning(pods), NEVER);
  expect(more()?.node).toBe("a");
});

test("a pinned workload goes to its node, full or not; to a node that isn't there it can't", async () => {
  const { node } = newNode({ name: "a", maxPods: 2 });
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 2, "a"));
  await workloads.until(allRunning, NEVER);
  workloads.apply(workload("lost", 1, "b"));
  expect(workloads.status[0]?.message).toBe("There is no node b.");
});

test("a refusal is kept in the runtime's words and tried again; then it is forgotten", async () => {
  const { cri, node } = newNode({ name: "a", maxPods: 9 });
  cri.refusals.push({ method: "runSandbox", message: "failed to assign an IP address" });
  cri.refusals.push({ method: "startContainer", message: "no such image" });
  const workloads = new Workloads([node]);
  const messages = new Set<string | undefined>();
  workloads.apply(workload("web", 1));
  await workloads.until((pods) => {
    messages.add(pods[0]?.message);
    return allRunning(pods);
  }, NEVER);
  expect(messages).toContain("failed to assign an IP address");
  expect(messages).toContain("no such image");
  expect(workloads.status[0]).toMatchObject({ failures: 2, message: undefined });
  // The sandbox that was made first is the one that runs.
  expect(cri.sandboxes.size).toBe(1);
});

test("a pod whose end fails is ended again, and meanwhile counts", async () => {
  const { cri, node } = newNode({ name: "a", maxPods: 9 });
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 1));
  await workloads.until(allRunning, NEVER);
  cri.refusals.push({ method: "stopSandbox", message: "the agent isn't running" });
  workloads.scale({ namespace: "default", name: "web", replicas: 0 });
  const seen = new Set<string>();
  await workloads.until((pods) => {
    for (const { phase, message } of pods) seen.add(`${phase} ${message ?? ""}`);
    return pods.length === 0;
  }, NEVER);
  expect(seen).toContain("Terminating the agent isn't running");
  expect(cri.sandboxes.size).toBe(0);
});

test("a pod that ends before it has begun leaves nothing", async () => {
  const { cri, node } = newNode({ name: "a", maxPods: 9 });
  for (let count = 0; count < 3; count++) {
    cri.refusals.push({ method: "runSandbox", message: "not yet" });
  }
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 1));
  workloads.scale({ namespace: "default", name: "web", replicas: 0 });
  // Wanted again while it ends: it comes back when it has ended.
  workloads.scale({ namespace: "default", name: "web", replicas: 1 });
  await workloads.until((pods) => pods.length === 1 && allRunning(pods), NEVER);
  expect(cri.sandboxes.size).toBe(1);
});

test("a closed set of workloads tries nothing more", async () => {
  const { cri, node } = newNode({ name: "a", maxPods: 9 });
  cri.refusals.push({ method: "runSandbox", message: "not yet" });
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 1));
  await workloads.until((pods) => pods[0]?.message === "not yet", NEVER);
  workloads.close();
  expect(cri.sandboxes.size).toBe(0);
});

test("a pod that ends while the set closes makes no place for another", async () => {
  const { node, cri } = newNode({ name: "a", maxPods: 3 });
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 1));
  await workloads.until(allRunning, NEVER);
  workloads.apply(workload("more", 1));
  cri.refusals.push(...Array<Refusal>(9).fill({ method: "stopSandbox", message: "no" }));
  workloads.scale({ namespace: "default", name: "web", replicas: 0 });
  await workloads.until((pods) => pods.some(({ failures }) => failures > 0), NEVER);
  workloads.close();
  await expect.poll(() => workloads.status.map(({ name }) => name)).toEqual(["more-1"]);
  expect(workloads.status[0]?.node).toBeUndefined();
});

test("commands run in a pod's container, and unknown or unfinished pods are refused", async () => {
  const { cri, node } = newNode({ name: "a", maxPods: 9 });
  const workloads = new Workloads([node]);
  workloads.apply(workload("web", 1));
  await expect(workloads.exec("default", "web-1", ["id"])).rejects.toThrow(/is not running/);
  await workloads.until(allRunning, NEVER);
  const { stdout } = await workloads.exec("default", "web-1", ["echo", "hello"]);
  expect(stdout.toString()).toBe("echo hello");
  await expect(workloads.exec("default", "web-11", ["id"])).rejects.toMatchObject({
    code: "unknownPod",
    fix: "Did you mean web-1?",
  });
  await expect(workloads.exec("default", "x", ["id"])).rejects.toMatchObject({
    fix: "`berth lab status` lists the pods.",
  });
  expect(cri.containers.size).toBe(1);
});

test("an unknown workload can't be scaled", () => {
  const workloads = new Workloads([]);
  const scale = (name: string) => () =>
    workloads.scale({ namespace: "default", name, replicas: 1 });
  expect(scale("web")).toThrow(expect.objectContaining({ fix: "There are: none." }));
  workloads.apply(workload("web", 0));
  expect(scale("wbe")).toThrow(expect.objectContaining({ fix: "Did you mean web?" }));
});

test("waiting for pods ends when the signal aborts", async () => {
  const workloads = new Workloads([]);
  const controller = new AbortController();
  const waiting = workloads.until(() => false, controller.signal);
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(workloads.until(() => false, controller.signal)).rejects.toThrow("enough");
});

test("a gate lets so many through at once", async () => {
  const gate = new Gate(2);
  let inside = 0;
  let most = 0;
  const visit = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await Promise.resolve();
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 7 }, () => gate.pass(visit)));
  expect(most).toBe(2);
  await expect(gate.pass(() => Promise.reject(new Error("x")))).rejects.toThrow("x");
  await gate.pass(visit);
});
