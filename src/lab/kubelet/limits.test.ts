import type { ResourceRequirements } from "kubernetes-types/core/v1";
import { describe, expect, test } from "vitest";
import { admitPod } from "./admission.ts";
import { allocatableNumbers, nodeResources } from "./node-resources.ts";
import { qosClass } from "./qos.ts";
import { containerResources } from "./resources.ts";
import { containerSecurity, isPrivileged } from "./security.ts";
import { TEST_NODE, testPod } from "./testing/test-node.ts";

const GI = 2 ** 30;

function podOf(resources: ResourceRequirements) {
  return testPod("web", { container: { resources } });
}

describe("resources of containers", () => {
  test.each<{ name: string; resources: ResourceRequirements; want: object; qos: string }>([
    {
      name: "none",
      resources: {},
      want: { cpuShares: 2, cpuQuotaUs: 0, memoryBytes: 0, oomScoreAdj: 1000 },
      qos: "BestEffort",
    },
    {
      name: "limits alone",
      resources: { limits: { cpu: "500m", memory: "1Gi" } },
      want: { cpuShares: 512, cpuQuotaUs: 50_000, memoryBytes: GI, oomScoreAdj: -997 },
      qos: "Guaranteed",
    },
    {
      name: "a request of half the node",
      resources: { requests: { cpu: "25m", memory: "4Gi" } },
      want: { cpuShares: 25, cpuQuotaUs: 0, memoryBytes: 0, oomScoreAdj: 500 },
      qos: "Burstable",
    },
    {
      name: "a limit below what the kernel allows",
      resources: { limits: { cpu: "1m" } },
      want: { cpuShares: 2, cpuQuotaUs: 1000, memoryBytes: 0, oomScoreAdj: 999 },
      qos: "Burstable",
    },
  ])("$name", ({ resources, want, qos }) => {
    const pod = podOf(resources);
    expect(containerResources(pod, { name: "c", resources }, 8 * GI)).toEqual(want);
    expect(qosClass(pod)).toBe(qos);
  });

  test("a pod of the system is killed last", () => {
    const pod = testPod("agent", { priority: 2_000_001_000 });
    expect(containerResources(pod, { name: "c" }, GI).oomScoreAdj).toBe(-997);
  });
});

describe("what a node can give", () => {
  test("an m5.large as EKS shows it: 1930m of 2 cores, 29 pods", () => {
    const { capacity, allocatable } = nodeResources(TEST_NODE);
    expect(capacity).toMatchObject({ cpu: "2", pods: "29", "ephemeral-storage": "20893676Ki" });
    expect(allocatable).toMatchObject({ cpu: "1930m", pods: "29" });
    const kept =
      Number.parseInt(capacity["memory"] ?? "", 10) -
      Number.parseInt(allocatable["memory"] ?? "", 10);
    expect(kept / 1024).toBeCloseTo(255 + 11 * 29 + 100, 0);
  });

  test.each([
    { vcpus: 1, milliCpu: 940 },
    { vcpus: 4, milliCpu: 3920 },
    { vcpus: 8, milliCpu: 7910 },
  ])("$vcpus cores", ({ vcpus, milliCpu }) => {
    expect(allocatableNumbers({ ...TEST_NODE, vcpus }).milliCpu).toBe(milliCpu);
  });

  test.each([
    { name: "one pod more than fits", pods: 1, resources: {}, want: "OutOfpods" },
    { name: "too much CPU", pods: 9, resources: { requests: { cpu: "2" } }, want: "OutOfcpu" },
    {
      name: "too much memory",
      pods: 9,
      resources: { requests: { memory: "9Gi" } },
      want: "OutOfmemory",
    },
    { name: "just enough", pods: 2, resources: { requests: { cpu: "1" } }, want: undefined },
  ])("admitPod: $name", ({ pods, resources, want }) => {
    const node = { pods, milliCpu: 1000 + 900, memoryBytes: 8 * GI };
    const others = [podOf({ requests: { cpu: "900m" } })];
    expect(admitPod(podOf(resources), others, node)?.reason).toBe(want);
  });

  test("a greedy init container counts as much as all others together", () => {
    const init = { name: "i", image: "i", resources: { requests: { cpu: "3" } } };
    const rejection = admitPod(testPod("p", { initContainers: [init] }), [], {
      pods: 9,
      milliCpu: 1930,
      memoryBytes: GI,
    });
    expect(rejection?.message).toBe(
      "Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 1930",
    );
  });
});

test("a container's own security context wins over the pod's", () => {
  const pod = testPod("p", {
    securityContext: { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4] },
    container: {
      securityContext: {
        runAsUser: 5,
        privileged: true,
        allowPrivilegeEscalation: false,
        capabilities: { add: ["NET_ADMIN"] },
      },
    },
  });
  const [main] = pod.spec?.containers ?? [];
  expect(main && containerSecurity(pod, main)).toEqual({
    privileged: true,
    readOnlyRoot: false,
    noNewPrivileges: true,
    addCapabilities: ["NET_ADMIN"],
    dropCapabilities: [],
    runAsUser: 5,
    runAsGroup: 2,
    supplementalGroups: [4, 3],
  });
  expect([isPrivileged(pod), isPrivileged(testPod("q"))]).toEqual([true, false]);
});
