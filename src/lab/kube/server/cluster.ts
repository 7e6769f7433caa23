import type { Random } from "../../../base/index.ts";
import { type Time, timeText } from "../../../time/index.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KindRegistry } from "../kinds/registry.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Schema } from "../schemas/schema.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { ObjectTable } from "../storage/object-table.ts";

/** What every part of the server works on. */
export interface Cluster {
  readonly store: ObjectStore;
  readonly kinds: KindRegistry;
  readonly time: Time;
  readonly random: Random;
  /** The first address of the service range, which is the service `kubernetes`. */
  readonly serviceAddress: string;
  /** The schema of a kind; undefined for the few that have none. */
  schemaOf(kind: KindDefinition): Schema | undefined;
  /** Whether a kind is that of a CustomResourceDefinition. */
  isCustom(kind: KindDefinition): boolean;
  readonly onBug: (error: unknown) => void;
}

/** Where the objects of a kind are kept: for a view, with the kind that it is a view of. */
export function tableOf(cluster: Cluster, kind: KindDefinition): ObjectTable {
  return cluster.store.table(kind.viewOf ?? kind);
}

const views = new WeakMap<KindDefinition, WeakMap<KubeObject, KubeObject>>();

/** A stored object as it is seen through a kind. Made once for each object. */
export function shown(kind: KindDefinition, stored: KubeObject): KubeObject {
  if (kind.viewOf === undefined) return stored;
  let seen = views.get(kind);
  if (seen === undefined) views.set(kind, (seen = new WeakMap<KubeObject, KubeObject>()));
  let object = seen.get(stored);
  if (object === undefined) seen.set(stored, (object = kind.viewOf.fromStored(stored)));
  return object;
}

/** An object of a kind as it is stored. */
export function storedForm(kind: KindDefinition, object: KubeObject): KubeObject {
  return kind.viewOf === undefined ? object : kind.viewOf.toStored(object);
}

/** `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

let lastSecond = NaN;
let lastTimestamp = "";

/** A moment as objects show it: RFC 3339 in whole seconds. */
export function timestamp(nowMs: number): string {
  const second = Math.floor(nowMs / 1_000);
  // Many objects are made within a second.
  if (second !== lastSecond) {
    lastSecond = second;
    lastTimestamp = timeText(nowMs);
  }
  return lastTimestamp;
}
