import type { Container, Pod } from "kubernetes-types/core/v1";
import { describe, expect, test } from "vitest";
import { planPod, type PodPlan } from "./pod-plan.ts";
import { type PodView, type ProbeView } from "./pod-view.ts";
import { NO_PROBES } from "./probes/pod-probes.ts";
import { container, exited, running, sandbox } from "./testing/runtime-view.ts";
import { testPod } from "./testing/test-node.ts";

const INIT: Container = { name: "init", image: "i" };
const SIDECAR: Container = { name: "side", image: "s", restartPolicy: "Always" };

function view(pod: Pod, sandboxes: PodView["sandboxes"], probes: ProbeView = NO_PROBES): PodView {
  return { pod, sandboxes, waiting: new Map(), probes, nowMs: 0 };
}

/** A plan in few words: `sandbox 1`, `start init, main`, `kill main: …`, `finished`. */
function words(plan: PodPlan): string {
  switch (plan.kind) {
    case "finished":
      return "finished";
    case "sandbox":
      return `sandbox ${plan.attempt}`;
    case "containers": {
      const starts = plan.start.map(
        ({ container: { name }, attempt }) => `start ${name}#${attempt}`,
      );
      const kills = plan.kill.map(({ container: { name }, message }) => `kill ${name}: ${message}`);
      return [...starts, ...kills].join(", ");
    }
  }
}

describe("planPod", () => {
  const pod = testPod("p");
  const never = testPod("p", { restartPolicy: "Never" });
  const onFailure = testPod("p", { restartPolicy: "OnFailure" });
  const withInit = testPod("p", { initContainers: [INIT] });
  const withSidecar = testPod("p", { initContainers: [SIDECAR] });

  test.each([
    { name: "nothing yet", pod, have: [], want: "sandbox 0" },
    { name: "an empty sandbox", pod, have: [sandbox(0)], want: "start main#0" },
    { name: "a sandbox that has died", pod, have: [sandbox(0, [], false)], want: "sandbox 1" },
    { name: "all is well", pod, have: [sandbox(0, [container("main", running())])], want: "" },
    {
      name: "a container that has ended",
      pod,
      have: [sandbox(0, [container("main", exited(1))])],
      want: "start main#1",
    },
    {
      name: "a container that was made and not started",
      pod: never,
      have: [sandbox(0, [container("main", { kind: "created" })])],
      want: "start main#1",
    },
    {
      name: "one that is to run once, and has",
      pod: never,
      have: [sandbox(0, [container("main", exited(0))])],
      want: "finished",
    },
    {
      name: "one that is repeated on failure, and has failed",
      pod: onFailure,
      have: [sandbox(0, [container("main", exited(2))])],
      want: "start main#1",
    },
    {
      name: "one that is repeated on failure, and has not",
      pod: onFailure,
      have: [sandbox(0, [container("main", exited(0))])],
      want: "finished",
    },
    {
      name: "a lost sandbox of a pod that has done its work",
      pod: onFailure,
      have: [sandbox(0, [container("main", exited(0))], false)],
      want: "finished",
    },
    {
      name: "a lost sandbox of a pod that runs once",
      pod: never,
      have: [sandbox(0, [container("main", exited(137))], false)],
      want: "finished",
    },
    {
      name: "numbers go on in a new sandbox",
      pod,
      have: [sandbox(1), sandbox(0, [container("main", exited(137), 4)], false)],
      want: "start main#5",
    },
    { name: "init containers first", pod: withInit, have: [sandbox(0)], want: "start init#0" },
    {
      name: "an init container that runs",
      pod: withInit,
      have: [sandbox(0, [container("init", running())])],
      want: "",
    },
    {
      name: "an init container that has failed",
      pod: withInit,
      have: [sandbox(0, [container("init", exited(1))])],
      want: "start init#1",
    },
    {
      name: "an init container that has failed for good",
      pod: testPod("p", { initContainers: [INIT], restartPolicy: "Never" }),
      have: [sandbox(0, [container("init", exited(1))])],
      want: "finished",
    },
    {
      name: "after the init containers",
      pod: withInit,
      have: [sandbox(0, [container("init", exited(0))])],
      want: "start main#0",
    },
    {
      name: "init containers whose traces are gone",
      pod: withInit,
      have: [sandbox(0, [container("main", running())])],
      want: "",
    },
    { name: "a sidecar first", pod: withSidecar, have: [sandbox(0)], want: "start side#0" },
    {
      name: "beside a sidecar",
      pod: withSidecar,
      have: [sandbox(0, [container("side", running())])],
      want: "start main#0",
    },
    {
      name: "a sidecar that has ended",
      pod: withSidecar,
      have: [sandbox(0, [container("side", exited(0)), container("main", running())])],
      want: "start side#1",
    },
  ])("$name: $want", ({ pod: of, have, want }) => {
    expect(words(planPod(view(of, have)))).toBe(want);
  });

  test("a condemned container is killed, not yet started again", () => {
    const probes: ProbeView = { ...NO_PROBES, condemned: () => "failed liveness probe" };
    const have = [sandbox(0, [container("main", running())])];
    expect(words(planPod(view(pod, have, probes)))).toBe(
      "kill main: Container main failed liveness probe, will be restarted",
    );
  });

  test("a container whose image has changed is killed", () => {
    const old = {
      ...container("main", running()),
      annotations: { "io.kubernetes.container.hash": "old" },
    };
    expect(words(planPod(view(pod, [sandbox(0, [old])])))).toBe(
      "kill main: Container main definition changed, will be restarted",
    );
  });

  test("a sandbox without an address is no use, except on the host's network", () => {
    const bare = { ...sandbox(0), addresses: [] };
    expect(words(planPod(view(pod, [bare])))).toBe("sandbox 1");
    expect(words(planPod(view(testPod("p", { hostNetwork: true }), [bare])))).toBe("start main#0");
  });
});
