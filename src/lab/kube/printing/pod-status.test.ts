import type { ContainerState, Pod } from "kubernetes-types/core/v1";
import { expect, test } from "vitest";
import type { Loose } from "../kinds/loose.ts";
import { podSummary } from "./pod-status.ts";

const nowMs = Date.parse("2026-01-01T01:00:00Z");

function container(
  state: Loose<ContainerState>,
  more: { ready?: boolean; restartCount?: number; name?: string; started?: boolean } = {},
): NonNullable<NonNullable<Loose<Pod>["status"]>["containerStatuses"]>[number] {
  return { name: "c", ready: false, ...more, state };
}

const running = container({ running: {} }, { ready: true });

const cases: {
  name: string;
  pod: Loose<Pod>;
  status: string;
  ready?: string;
  restarts?: string;
}[] = [
  { name: "nothing known yet", pod: { status: { phase: "Pending" } }, status: "Pending" },
  {
    name: "a reason of the pod itself",
    pod: { status: { phase: "Failed", reason: "Evicted" } },
    status: "Evicted",
  },
  {
    name: "scheduling gates",
    pod: {
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }],
      },
    },
    status: "SchedulingGated",
  },
  {
    name: "a container being made",
    pod: {
      spec: { containers: [{}, {}] },
      status: {
        phase: "Pending",
        containerStatuses: [container({ waiting: { reason: "ContainerCreating" } })],
      },
    },
    status: "ContainerCreating",
    ready: "0/2",
  },
  {
    name: "all running",
    pod: {
      spec: { containers: [{}, {}] },
      status: { phase: "Running", containerStatuses: [running, running] },
    },
    status: "Running",
    ready: "2/2",
  },
  {
    name: "the first container counts when several wait",
    pod: {
      status: {
        phase: "Pending",
        containerStatuses: [
          container({ waiting: { reason: "CrashLoopBackOff" } }),
          container({ waiting: { reason: "ImagePullBackOff" } }),
        ],
      },
    },
    status: "CrashLoopBackOff",
  },
  {
    name: "an exit code without a reason",
    pod: {
      status: { phase: "Failed", containerStatuses: [container({ terminated: { exitCode: 3 } })] },
    },
    status: "ExitCode:3",
  },
  {
    name: "a signal without a reason",
    pod: {
      status: {
        phase: "Failed",
        containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })],
      },
    },
    status: "Signal:9",
  },
  {
    name: "one done and one running, ready",
    pod: {
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [
          container({ terminated: { exitCode: 0, reason: "Completed" } }),
          running,
        ],
      },
    },
    status: "Running",
  },
  {
    name: "one done and one running, not ready",
    pod: {
      status: {
        phase: "Running",
        containerStatuses: [
          container({ terminated: { exitCode: 0, reason: "Completed" } }),
          running,
        ],
      },
    },
    status: "NotReady",
  },
  {
    name: "all done",
    pod: {
      status: {
        phase: "Succeeded",
        containerStatuses: [container({ terminated: { exitCode: 0, reason: "Completed" } })],
      },
    },
    status: "Completed",
  },
  {
    name: "the second of three init containers",
    pod: {
      spec: { initContainers: [{ name: "a" }, { name: "b" }, { name: "c" }] },
      status: {
        phase: "Pending",
        initContainerStatuses: [
          container({ terminated: { exitCode: 0 } }, { name: "a" }),
          container({ running: {} }, { name: "b", restartCount: 2 }),
        ],
      },
    },
    status: "Init:1/3",
    restarts: "2",
  },
  {
    name: "an init container that waits for its turn",
    pod: {
      spec: { initContainers: [{ name: "a" }] },
      status: {
        initContainerStatuses: [container({ waiting: { reason: "PodInitializing" } })],
      },
    },
    status: "Init:0/1",
  },
  {
    name: "an init container that can't be pulled",
    pod: {
      status: { initContainerStatuses: [container({ waiting: { reason: "ErrImagePull" } })] },
    },
    status: "Init:ErrImagePull",
  },
  {
    name: "an init container that failed with a reason",
    pod: {
      status: {
        initContainerStatuses: [container({ terminated: { exitCode: 1, reason: "Error" } })],
      },
    },
    status: "Init:Error",
  },
  {
    name: "an init container that failed with a code",
    pod: { status: { initContainerStatuses: [container({ terminated: { exitCode: 2 } })] } },
    status: "Init:ExitCode:2",
  },
  {
    name: "an init container that was killed",
    pod: {
      status: { initContainerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] },
    },
    status: "Init:Signal:9",
  },
  {
    name: "a sidecar counts among the containers",
    pod: {
      spec: { initContainers: [{ name: "s", restartPolicy: "Always" }], containers: [{}] },
      status: {
        phase: "Running",
        initContainerStatuses: [
          container({ running: {} }, { name: "s", started: true, ready: true, restartCount: 1 }),
        ],
        containerStatuses: [running],
      },
    },
    status: "Running",
    ready: "2/2",
    restarts: "1",
  },
  {
    name: "restarts with the time of the last one",
    pod: {
      status: {
        phase: "Running",
        containerStatuses: [
          {
            ...running,
            restartCount: 3,
            lastState: { terminated: { exitCode: 1, finishedAt: "2026-01-01T00:55:00Z" } },
          },
        ],
      },
    },
    status: "Running",
    restarts: "3 (5m ago)",
  },
  {
    name: "being deleted",
    pod: {
      metadata: { deletionTimestamp: "2026-01-01T00:59:00Z" },
      status: { phase: "Running", containerStatuses: [running] },
    },
    status: "Terminating",
  },
  {
    name: "being deleted on a lost node",
    pod: {
      metadata: { deletionTimestamp: "2026-01-01T00:59:00Z" },
      status: { phase: "Running", reason: "NodeLost" },
    },
    status: "Unknown",
  },
  {
    name: "being deleted after it has ended",
    pod: {
      metadata: { deletionTimestamp: "2026-01-01T00:59:00Z" },
      status: {
        phase: "Succeeded",
        containerStatuses: [container({ terminated: { exitCode: 0, reason: "Completed" } })],
      },
    },
    status: "Completed",
  },
];

test.each(cases)("R-DIAG-1: a pod's status: $name", ({ pod, status, ready, restarts }) => {
  const summary = podSummary(pod, nowMs);
  expect(summary.status).toBe(status);
  if (ready !== undefined) expect(summary.ready).toBe(ready);
  expect(summary.restarts).toBe(restarts ?? "0");
});
