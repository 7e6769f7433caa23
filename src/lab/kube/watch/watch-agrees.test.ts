import fc from "fast-check";
import { expect, test } from "vitest";
import { PODS, startReadyKube } from "../testing/cluster-for-tests.ts";
import { podNamed, type TestKube, TestWatch } from "../testing/kube-for-tests.ts";
import type { Seen } from "../testing/seen.ts";

/** What a client does to one of five pods. */
type Step =
  | { readonly kind: "create"; readonly pod: number; readonly app: string }
  | { readonly kind: "label"; readonly pod: number; readonly app: string }
  | { readonly kind: "delete"; readonly pod: number }
  | { readonly kind: "watch"; readonly from: number; readonly selects: boolean };

const pod = fc.nat(4);
const app = fc.constantFrom("web", "db");
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("create" as const), pod, app }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("label" as const), pod, app }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), pod }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("watch" as const),
        // Which of the lists that were read so far the watch goes on from; from nothing, if there is none.
        from: fc.nat(9),
        selects: fc.boolean(),
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

const MERGE = { "content-type": "application/merge-patch+json" };
const SELECTOR = "labelSelector=app%3Dweb";

async function doStep(kube: TestKube, step: Exclude<Step, { kind: "watch" }>): Promise<void> {
  const path = `${PODS}/p${step.pod}`;
  if (step.kind === "delete") {
    await kube.send("DELETE", path);
  } else {
    const metadata = { labels: { app: step.app } };
    if (step.kind === "create") {
      await kube.send("POST", PODS, { body: podNamed(`p${step.pod}`, { metadata }) });
    } else {
      await kube.send("PATCH", path, { headers: MERGE, body: { metadata } });
    }
  }
}

type State = Map<string, string>;

function stateOf(list: Seen): State {
  return new Map(list.items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
}

/** A client's copy of the pods, which a list begins and a watch keeps up. */
class Follower {
  readonly state: State;
  readonly #events: TestWatch;
  #version: number;

  constructor(state: State, version: number, events: TestWatch) {
    this.state = new Map(state);
    this.#version = version;
    this.#events = events;
  }

  /** Takes events until the pod `last`, which is created when everything else is done. */
  async follow(): Promise<void> {
    for (;;) {
      const event = await this.#events.next();
      if (event === undefined) throw new Error("the watch ended");
      const { type, object } = event;
      const { name, resourceVersion } = object.metadata;
      const version = Number(resourceVersion);
      expect(version, "events come in order, and none twice").toBeGreaterThan(this.#version);
      this.#version = version;
      expect(type, `${name} is added only once`).toBe(
        type === "DELETED" ? "DELETED" : this.state.has(name) ? "MODIFIED" : "ADDED",
      );
      if (type === "DELETED") expect(this.state.delete(name), `${name} is there`).toBe(true);
      else this.state.set(name, resourceVersion);
      if (name === "last") break;
    }
    this.#events.close();
  }
}

async function watchesAgreeWithLists(plan: readonly Step[]): Promise<void> {
  const kube = await startReadyKube();
  const lists = { true: [] as Seen[], false: [] as Seen[] };
  const followers: { readonly selects: boolean; readonly follower: Follower }[] = [];
  for (const step of plan) {
    if (step.kind === "watch") {
      const seen = lists[`${step.selects}`];
      const list = seen[step.from % Math.max(1, seen.length)];
      if (list === undefined) continue;
      const version = Number(list.metadata.resourceVersion);
      const query = `watch=true&resourceVersion=${version}&${step.selects ? SELECTOR : ""}`;
      const events = new TestWatch(await kube.open("GET", `${PODS}?${query}`));
      const follower = new Follower(stateOf(list), version, events);
      followers.push({ selects: step.selects, follower });
    } else {
      await doStep(kube, step);
      lists.false.push((await kube.send("GET", PODS)).json);
      lists.true.push((await kube.send("GET", `${PODS}?${SELECTOR}`)).json);
    }
  }
  await kube.send("POST", PODS, {
    body: podNamed("last", { metadata: { labels: { app: "web" } } }),
  });
  const [all, some] = await Promise.all([
    kube.send("GET", PODS),
    kube.send("GET", `${PODS}?${SELECTOR}`),
  ]);
  for (const { selects, follower } of followers) {
    await follower.follow();
    expect(follower.state).toEqual(stateOf(selects ? some.json : all.json));
  }
  await kube.close();
  expect(kube.bugs).toEqual([]);
}

test("who lists at any version and watches from it ends with what a list shows, each event seen once", async () => {
  const runs = { numRuns: 25, seed: 20_26 };
  await fc.assert(fc.asyncProperty(steps, watchesAgreeWithLists), runs);
}, 60_000);
