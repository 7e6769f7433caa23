import { afterEach, describe, expect, it } from "vitest";
import type { Time } from "../time/index.ts";
import { newEventCorrelator } from "./event-correlator.ts";
import type { NewEvent } from "./event-correlator.ts";
import { openEventRecorder, openKubeClient } from "./index.ts";
import type { EventRecorder } from "./index.ts";
import { newLruMap } from "./lru-map.ts";
import { startTinyServer } from "./tiny-server.ts";
import type { TinyServer } from "./tiny-server.ts";

function event(message: string, name = "web-1"): NewEvent {
  return {
    metadata: { name: `${name}.${message}` },
    involvedObject: { kind: "Pod", name },
    source: { component: "kubelet" },
    reason: "Failed",
    type: "Warning",
    message,
    count: 1,
    firstTimestamp: "t",
    lastTimestamp: "t",
  };
}

describe("the correlator", () => {
  it("counts the same event under its first name", () => {
    const correlator = newEventCorrelator();
    expect(correlator.correlate(event("m"), 0).kind).toBe("create");
    const again = { ...event("m"), metadata: { name: "other" }, firstTimestamp: "later" };
    expect(correlator.correlate(again, 1)).toMatchObject({
      kind: "count",
      event: { metadata: { name: "web-1.m" }, count: 2, firstTimestamp: "t" },
    });
    expect(correlator.correlate(event("m", "web-2"), 2).kind).toBe("create");
  });

  it("combines events that differ only by message, from the tenth on", () => {
    const correlator = newEventCorrelator();
    const outcomes = Array.from({ length: 12 }, (_, at) =>
      correlator.correlate(event(`m${at}`), at),
    );
    expect(outcomes.slice(0, 9).every(({ kind }) => kind === "create")).toBe(true);
    expect(outcomes[9]).toMatchObject({
      kind: "create",
      event: { message: "(combined from similar events): m9" },
    });
    expect(outcomes[10]).toMatchObject({
      kind: "count",
      event: { message: "(combined from similar events): m10", count: 2 },
    });
    expect(correlator.correlate(event("m99"), 600_012)).toMatchObject({
      event: { message: "m99" },
    });
  });

  it("lets an object have 25 events and one more every five minutes", () => {
    const correlator = newEventCorrelator();
    for (let count = 0; count < 25; count++)
      expect(correlator.correlate(event("m"), 0).kind).not.toBe("skip");
    expect(correlator.correlate(event("m"), 0).kind).toBe("skip");
    expect(correlator.correlate(event("m", "web-2"), 0).kind).toBe("create");
    // What was skipped is counted all the same.
    expect(correlator.correlate(event("m"), 300_000)).toMatchObject({ event: { count: 27 } });
    expect(correlator.correlate(event("m"), 300_000).kind).toBe("skip");
  });
});

it("the memory forgets what was used longest ago", () => {
  const map = newLruMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
});

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startRecorder(): Promise<{ server: TinyServer; recorder: EventRecorder }> {
  const server = await startTinyServer();
  // Noon, and no time passes while one waits.
  const time: Time = { nowMs: () => 1_800_000_000_000.5, sleep: async () => undefined };
  const client = openKubeClient(
    { server: server.url, namespace: "default", credentials: async () => ({}) },
    { userAgent: "test", time },
  );
  const recorder = openEventRecorder(client, { component: "kubelet", host: "node-1", time });
  cleanUps.push(
    () => server.close(),
    () => client.close(),
    () => recorder.close(),
  );
  return { server, recorder };
}

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop", uid: "u", resourceVersion: "7" },
};
const failed = { type: "Warning", reason: "Failed", message: "no address" } as const;

describe("the recorder", () => {
  it("writes the first as an object and patches the count of the next", async () => {
    const { server, recorder } = await startRecorder();
    recorder.event(pod, failed);
    recorder.event(pod, failed);
    await recorder.flushed();
    const [created, patched] = server.asked;
    expect(created?.line).toMatch(/^POST \/api\/v1\/namespaces\/shop\/events\?/);
    const body = JSON.parse(created?.body ?? "") as { metadata: { name: string } };
    expect(body).toMatchObject({
      apiVersion: "v1",
      kind: "Event",
      metadata: {
        name: expect.stringMatching(/^web-1\.18fae[0-9a-f]+$/) as string,
        namespace: "shop",
      },
      involvedObject: { apiVersion: "v1", kind: "Pod", name: "web-1", namespace: "shop", uid: "u" },
      source: { component: "kubelet", host: "node-1" },
      reportingComponent: "kubelet",
      firstTimestamp: "2027-01-15T08:00:00Z",
      count: 1,
      ...failed,
    });
    expect(patched?.line).toContain(`PATCH /api/v1/namespaces/shop/events/${body.metadata.name}?`);
    expect(JSON.parse(patched?.body ?? "")).toMatchObject({ count: 2, message: "no address" });
  });

  it("takes a reference, and puts events of what has no namespace into default", async () => {
    const { server, recorder } = await startRecorder();
    recorder.event({ kind: "Node", name: "n", uid: "n" }, failed);
    await recorder.flushed();
    expect(server.asked[0]?.line).toContain("/namespaces/default/events");
    expect(JSON.parse(server.asked[0]?.body ?? "")).toMatchObject({
      involvedObject: { kind: "Node", name: "n", uid: "n" },
    });
  });

  it("writes a new one when the counted one is gone", async () => {
    const { server, recorder } = await startRecorder();
    recorder.event(pod, failed);
    server.answerNext({ status: 404 }, /^PATCH/);
    recorder.event(pod, failed);
    await recorder.flushed();
    expect(server.asked.map(({ line }) => line.split(" ")[0])).toEqual(["POST", "PATCH", "POST"]);
    expect(JSON.parse(server.asked[2]?.body ?? "")).toMatchObject({ count: 2 });
  });

  it("drops what the server refuses", async () => {
    const { server, recorder } = await startRecorder();
    server.answerNext({ status: 403 });
    recorder.event(pod, failed);
    await recorder.flushed();
    expect(server.asked).toHaveLength(1);
  });

  it("tries again while there is no answer, twelve times", async () => {
    const { server, recorder } = await startRecorder();
    await server.close();
    recorder.event(pod, failed);
    await recorder.flushed();
    recorder.close();
    recorder.event(pod, failed);
    await recorder.flushed();
    expect(server.asked).toEqual([]);
  });
});
