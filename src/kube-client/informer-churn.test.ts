import * as fc from "fast-check";
import type { Pod } from "kubernetes-types/core/v1";
import { expect, it } from "vitest";
import type { InformerChange } from "./index.ts";
import { COLLECTION, openBench } from "./informer-bench.ts";

type Act = { kind: "put" | "remove"; name: string } | { kind: "cut" | "compact" | "pause" };

const acts = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("put" as const),
        name: fc.constantFrom("a", "b", "c", "d"),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("remove" as const),
        name: fc.constantFrom("a", "b", "c", "d"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("cut" as const, "compact" as const, "pause" as const),
      }),
    },
  ),
  { minLength: 1, maxLength: 60 },
);

const SEED = 20_261_124;

it.each([true, false])(
  `neither misses, doubles nor reorders while connections are cut (watch-list: %s, seed ${SEED})`,
  async (watchList) => {
    await fc.assert(
      fc.asyncProperty(acts, async (script: Act[]) => {
        const bench = await openBench({ watchList });
        const { server, informer, changes } = bench;
        await informer.synced;
        for (const act of script) {
          if (act.kind === "put") server.put(COLLECTION, act.name);
          else if (act.kind === "remove") server.remove(COLLECTION, act.name);
          else if (act.kind === "cut") server.cut();
          else if (act.kind === "compact") server.compact();
          else await new Promise((resolve) => setImmediate(resolve));
        }
        server.put(COLLECTION, "last");
        const want = server.objects(COLLECTION).map(({ metadata }) => metadata);
        const byName = <T extends { name?: string }>(list: T[]): T[] =>
          list.toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
        await expect
          .poll(() => byName(informer.list().map(({ metadata }) => metadata ?? {})))
          .toEqual(byName(want));
        expectConsistent(changes);
        // Without a gap in the history nothing is collapsed: every single change is told, once.
        if (!script.some(({ kind }) => kind === "compact"))
          expect(changes.map(({ object }) => object.metadata?.resourceVersion)).toEqual(
            server.versions(),
          );
        await bench.close();
      }),
      { seed: SEED, numRuns: 40 },
    );
  },
  60_000,
);

/** Per object: added once, then updated to ever newer versions of the one before, then deleted. */
function expectConsistent(changes: InformerChange<Pod>[]): void {
  const held = new Map<string, Pod>();
  for (const { type, object, old } of changes) {
    const name = object.metadata?.name ?? "";
    expect(old).toBe(held.get(name));
    expect(old === undefined).toBe(type === "added");
    if (old !== undefined && type === "updated") {
      expect(object.metadata?.uid).toBe(old.metadata?.uid);
      expect(Number(object.metadata?.resourceVersion)).toBeGreaterThan(
        Number(old.metadata?.resourceVersion),
      );
    }
    if (type === "deleted") held.delete(name);
    else held.set(name, object);
  }
}
