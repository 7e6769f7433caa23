import type { Container, PodCondition } from "kubernetes-types/core/v1";
import { describe, expect, test } from "vitest";
import { mergedStatus, podStatus, rejectedStatus } from "./pod-status.ts";
import type { PodView } from "./pod-view.ts";
import { NO_PROBES } from "./probes/pod-probes.ts";
import { container, exited, running, sandbox } from "./testing/runtime-view.ts";
import { testPod } from "./testing/test-node.ts";

const NOW_MS = Date.parse("2026-11-24T14:05:00Z");
const INIT: Container = { name: "init", image: "i" };
const ALIVE = { failure: undefined, ended: false };
const PLACE = { hostAddress: "10.0.1.10" };

function view(parts: Partial<PodView>): PodView {
  const pod = testPod("p");
  return { pod, sandboxes: [], waiting: new Map(), probes: NO_PROBES, nowMs: NOW_MS, ...parts };
}

/** The conditions that are not true, with their reasons. */
function untrue(conditions: readonly PodCondition[] = []): string[] {
  return conditions
    .filter(({ status }) => status !== "True")
    .map(({ type, reason, message }) => [type, reason, message].filter(Boolean).join(" "));
}

describe("podStatus", () => {
  test("a pod that was just taken is pending, and says what its containers wait for", () => {
    const status = podStatus(view({}), ALIVE, PLACE);
    expect(status).toMatchObject({
      phase: "Pending",
      startTime: "2026-11-24T14:05:00Z",
      hostIP: "10.0.1.10",
      containerStatuses: [
        { name: "main", ready: false, state: { waiting: { reason: "ContainerCreating" } } },
      ],
    });
    expect(status.podIP).toBeUndefined();
    expect(untrue(status.conditions)).toEqual([
      "PodReadyToStartContainers",
      "Ready ContainersNotReady containers with unready status: [main]",
      "ContainersReady ContainersNotReady containers with unready status: [main]",
    ]);
  });

  test("a pod whose init container runs", () => {
    const pod = testPod("p", { initContainers: [INIT] });
    const status = podStatus(
      view({ pod, sandboxes: [sandbox(0, [container("init", running())])] }),
      ALIVE,
      PLACE,
    );
    expect(status).toMatchObject({
      phase: "Pending",
      podIP: "10.0.1.20",
      containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
    });
    expect(untrue(status.conditions)[0]).toBe(
      "Initialized ContainersNotInitialized containers with incomplete status: [init]",
    );
  });

  test.each([
    { name: "runs", policy: "Always", states: [running(), running()], phase: "Running" },
    { name: "half of it runs", policy: "Never", states: [exited(1), running()], phase: "Running" },
    {
      name: "has done its work",
      policy: "Never",
      states: [exited(0), exited(0)],
      phase: "Succeeded",
    },
    { name: "has failed", policy: "Never", states: [exited(0), exited(1)], phase: "Failed" },
    {
      name: "will try again",
      policy: "OnFailure",
      states: [exited(0), exited(1)],
      phase: "Running",
    },
    { name: "is restarted", policy: "Always", states: [exited(0), exited(0)], phase: "Running" },
  ])("a pod that $name is $phase", ({ policy, states: [first, second], phase }) => {
    const pod = testPod("p", {
      restartPolicy: policy,
      containers: [
        { name: "a", image: "a" },
        { name: "b", image: "b" },
      ],
    });
    const containers = [container("a", first ?? running()), container("b", second ?? running())];
    const status = podStatus(view({ pod, sandboxes: [sandbox(0, containers)] }), ALIVE, PLACE);
    expect(status.phase).toBe(phase);
  });

  test("a container that backs off shows how it ended before", () => {
    const waiting = new Map([["main", { reason: "CrashLoopBackOff", message: "back-off 10s" }]]);
    const sandboxes = [sandbox(0, [container("main", exited(3), 1), container("main", exited(3))])];
    const [status] = podStatus(view({ sandboxes, waiting }), ALIVE, PLACE).containerStatuses ?? [];
    expect(status).toMatchObject({
      restartCount: 1,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
      lastState: {
        terminated: { exitCode: 3, reason: "Error", containerID: "containerd://main-1" },
      },
    });
  });

  test("conditions keep the time of their last change", () => {
    const sandboxes = [sandbox(0, [container("main", running())])];
    const first = podStatus(view({ sandboxes }), ALIVE, PLACE);
    const pod = { ...testPod("p"), status: first };
    const later = podStatus(view({ pod, sandboxes, nowMs: NOW_MS + 60_000 }), ALIVE, PLACE);
    expect(later).toEqual(first);
  });

  test("a pod that was ended fails, whatever its containers said; and stays failed", () => {
    const sandboxes = [sandbox(0, [container("main", exited(143))], false)];
    const failure = { reason: "DeadlineExceeded", message: "too long" };
    const status = podStatus(view({ sandboxes }), { failure, ended: true }, PLACE);
    expect(status).toMatchObject({ phase: "Failed", ...failure });
    expect(untrue(status.conditions)).toContain("Ready PodFailed");
    const pod = { ...testPod("p"), status };
    expect(podStatus(view({ pod, sandboxes }), ALIVE, PLACE).phase).toBe("Failed");
  });

  test("a readiness gate that nobody has opened", () => {
    const pod = testPod("p", { readinessGates: [{ conditionType: "example.com/gate" }] });
    const sandboxes = [sandbox(0, [container("main", running())])];
    expect(untrue(podStatus(view({ pod, sandboxes }), ALIVE, PLACE).conditions)).toEqual([
      'Ready ReadinessGatesNotReady corresponding condition of pod readiness gate "example.com/gate" does not exist.',
    ]);
  });

  test("conditions of others are kept beside the kubelet's", () => {
    const gate: PodCondition = { type: "example.com/gate", status: "True" };
    const own: PodCondition = { type: "Ready", status: "False" };
    const merged = mergedStatus(
      { conditions: [gate, { ...own, status: "True" }] },
      { conditions: [own] },
    );
    expect(merged.conditions).toEqual([own, gate]);
    expect(mergedStatus(undefined, undefined)).toEqual({});
  });

  test("a pod that was not taken says nothing of containers", () => {
    const failure = { reason: "OutOfpods", message: "no room" };
    expect(rejectedStatus(view({}), failure)).toEqual({
      phase: "Failed",
      ...failure,
      qosClass: "BestEffort",
      startTime: "2026-11-24T14:05:00Z",
    });
  });
});
