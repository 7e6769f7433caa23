import { customKinds } from "../crds/custom-kind.ts";
import { deleteObject } from "./delete.ts";
import { updateObject } from "./update.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KindRegistry } from "../kinds/registry.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Schema } from "../schemas/schema.ts";
import type { Cluster } from "../server/cluster.ts";
import type { Change } from "../storage/change.ts";

const CRDS = { group: "apiextensions.k8s.io", plural: "customresourcedefinitions" } as const;
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

const OPTIONS = { dryRun: false, user: "system:apiserver", manager: "kube-apiserver" } as const;

interface CrdSpec {
  readonly group?: string;
  readonly names?: { readonly plural?: string };
}

/** The schemas of the custom kinds that are served; filled by {@link CustomKinds}. */
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
    if (object.metadata.deletionTimestamp === undefined) this.#later(() => this.#guard(object));
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

  // With it, a definition waits for its objects to be gone when it is deleted.
  #guard({ metadata: { name } }: KubeObject): void {
    this.#change(name, ({ finalizers = [] }) => [...new Set([...finalizers, CLEANUP])]);
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
      this.#change(crd.metadata.name, () => finalizers.filter((name) => name !== CLEANUP));
    }
  }

  #change(name: string, finalizersOf: (metadata: KubeObject["metadata"]) => string[]): void {
    const kind = this.#registry.storing(CRDS);
    if (kind === undefined || this.#cluster.store.table(CRDS).get({ name }) === undefined) return;
    const change = (crd: KubeObject): KubeObject => ({
      ...crd,
      metadata: { ...crd.metadata, finalizers: finalizersOf(crd.metadata) },
    });
    updateObject(this.#cluster, { kind, key: { name }, change }, OPTIONS);
  }
}

function resourceOf(crd: KubeObject): { readonly group: string; readonly plural: string } {
  const { group = "", names } = (crd["spec"] ?? {}) as CrdSpec;
  return { group, plural: names?.plural ?? "" };
}
