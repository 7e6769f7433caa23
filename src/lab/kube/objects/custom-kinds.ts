import { customKinds } from "../crds/custom-kind.ts";
import { deleteObject } from "./delete.ts";
import { updateObject } from "./update.ts";
import type { FieldCause } from "../kinds/field-error.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KindRegistry } from "../kinds/registry.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Schema } from "../schemas/schema.ts";
import { type Cluster, timestamp } from "../server/cluster.ts";
import type { Change } from "../storage/change.ts";

const CRDS = { group: "apiextensions.k8s.io", plural: "customresourcedefinitions" } as const;
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

interface CrdSpec {
  readonly group?: string;
  readonly names?: { readonly plural?: string };
  readonly versions?: readonly { readonly name: string; readonly storage?: boolean }[];
}

/** The schemas of the custom kinds that are served; filled by {@link followDefinitions}. */
export type CustomSchemas = Map<KindDefinition, Schema>;

/** Serves the kinds of the cluster's CustomResourceDefinitions, as these come, change and go. */
export class CustomKinds {
  readonly #cluster: Cluster;
  readonly #schemas: CustomSchemas;
  readonly #registry: KindRegistry;

  constructor(cluster: Cluster, schemas: CustomSchemas) {
    this.#cluster = cluster;
    this.#schemas = schemas;
    this.#registry = cluster.kinds;
    const table = cluster.store.table(CRDS);
    for (const crd of table.list()) this.#serve(crd);
    table.onChange((change) => {
      this.#follow(change);
    });
    // A definition that is being deleted goes with the last of its objects.
    cluster.store.onWrite(() => {
      if (this.#terminating) this.#later(() => this.#finish());
    });
  }

  #terminating = false;

  #follow({ type, object }: Change): void {
    if (type === "deleted") {
      this.#stop(object);
      return;
    }
    this.#serve(object);
    if (object.metadata.deletionTimestamp === undefined) this.#later(() => this.#establish(object));
    else this.#later(() => this.#empty(object));
  }

  // Not within the write that we are told of, but before anybody gets an answer to it.
  #later(step: () => void): void {
    queueMicrotask(() => {
      try {
        step();
      } catch (error) {
        this.#cluster.onBug(error);
      }
    });
  }

  #serve(crd: KubeObject): void {
    const made = customKinds(crd);
    if (!made.ok) return;
    this.#stop(crd);
    for (const { definition, schema } of made.value) this.#schemas.set(definition, schema);
    this.#registry.put(made.value.map(({ definition }) => definition));
  }

  #stop(crd: KubeObject): void {
    const { group, plural } = resourceOf(crd);
    for (const kind of this.#schemas.keys()) {
      if (kind.group === group && kind.plural === plural) this.#schemas.delete(kind);
    }
    this.#registry.remove({ group, plural });
  }

  #establish({ metadata: { name } }: KubeObject): void {
    const now = timestamp(this.#cluster.time.nowMs());
    this.#change(name, undefined, (crd) => ({
      ...crd,
      metadata: {
        ...crd.metadata,
        finalizers: [...new Set([...(crd.metadata.finalizers ?? []), CLEANUP])],
      },
    }));
    this.#change(name, "status", (crd) => ({ ...crd, status: establishedStatus(crd, now) }));
  }

  #empty(crd: KubeObject): void {
    this.#terminating = true;
    const kind = this.#registry.storing(resourceOf(crd));
    if (kind !== undefined) {
      for (const { metadata } of this.#cluster.store.table(kind).list()) {
        deleteObject(this.#cluster, { kind, key: metadata, options: {}, dryRun: false });
      }
    }
    this.#finish();
  }

  #finish(): void {
    const marked = this.#cluster.store
      .table(CRDS)
      .list()
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    this.#terminating = marked.length > 0;
    for (const crd of marked) {
      const waiting = this.#cluster.store.table(resourceOf(crd)).size > 0;
      const finalizers = crd.metadata.finalizers ?? [];
      if (waiting || !finalizers.includes(CLEANUP)) continue;
      this.#change(crd.metadata.name, undefined, (current) => ({
        ...current,
        metadata: {
          ...current.metadata,
          finalizers: finalizers.filter((finalizer) => finalizer !== CLEANUP),
        },
      }));
    }
  }

  #change(
    name: string,
    subresource: string | undefined,
    change: (crd: KubeObject) => KubeObject,
  ): void {
    const kind = this.#registry.storing(CRDS);
    if (kind === undefined || this.#cluster.store.table(CRDS).get({ name }) === undefined) return;
    const options = { dryRun: false, user: "system:apiserver", manager: "kube-apiserver" };
    updateObject(this.#cluster, { kind, key: { name }, change }, { ...options, subresource });
  }
}

/** What is wrong with a CustomResourceDefinition; empty for a good one. */
export function definitionProblems(crd: KubeObject): readonly FieldCause[] {
  const made = customKinds(crd);
  return made.ok ? [] : made.error;
}

function resourceOf(crd: KubeObject): { readonly group: string; readonly plural: string } {
  const { group = "", names } = (crd["spec"] ?? {}) as CrdSpec;
  return { group, plural: names?.plural ?? "" };
}

function establishedStatus(crd: KubeObject, now: string): object {
  const spec = (crd["spec"] ?? {}) as CrdSpec;
  const status = (crd["status"] ?? {}) as {
    conditions?: readonly object[];
    storedVersions?: string[];
  };
  const stored = (spec.versions ?? []).filter(({ storage }) => storage === true);
  const established = (status.conditions ?? []).length > 0;
  return {
    ...status,
    conditions: established
      ? status.conditions
      : [
          condition("NamesAccepted", { reason: "NoConflicts", message: "no conflicts found", now }),
          condition("Established", {
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
            now,
          }),
        ],
    acceptedNames: spec.names,
    storedVersions: [
      ...new Set([...(status.storedVersions ?? []), ...stored.map(({ name }) => name)]),
    ],
  };
}

function condition(
  type: string,
  { reason, message, now }: { reason: string; message: string; now: string },
): object {
  return { type, status: "True", lastTransitionTime: now, reason, message };
}
