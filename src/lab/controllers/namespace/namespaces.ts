import type { Namespace } from "kubernetes-types/core/v1";
import {
  type Informer,
  isConflict,
  isNotFound,
  type KubeObject,
  NAMESPACES,
  PODS,
  resourcePath,
} from "../../../kube-client/index.ts";
import { isDeleting, nameOf, namespaceOf, uidOf } from "../objects/meta.ts";
import { messageOf } from "../shell/pod-control.ts";
import { type ServedResource, servedResources } from "../shell/served-resources.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { writeStatus } from "../shell/write-status.ts";
import { type Remainder, terminatingStatus } from "./status.ts";

const FINALIZER = "kubernetes";
const AGAIN_MS = 5000;

/** Empties namespaces that are being deleted, then lets them go. */
export class NamespaceController implements Controller {
  readonly #shell: Shell;
  readonly #namespaces: Informer<Namespace>;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#namespaces = shell.informers.of(NAMESPACES);
    this.#loop = openLoop(shell, { sync: (name) => this.#sync(name), needs: [this.#namespaces] });
    this.#stops = [
      this.#namespaces.onChange(({ type, object }) => {
        if (type !== "deleted" && isDeleting(object)) this.#loop.add(nameOf(object));
      }),
      shell.informers.of(PODS).onChange(({ type, object }) => {
        if (type !== "deleted") return;
        const namespace = this.#namespaces.get({ name: namespaceOf(object) });
        if (namespace !== undefined && isDeleting(namespace)) {
          this.#loop.addSoon(nameOf(namespace));
        }
      }),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  async #sync(name: string): Promise<number | undefined> {
    const namespace = this.#namespaces.get({ name });
    if (namespace === undefined || !isDeleting(namespace)) return undefined;
    if (namespace.spec?.finalizers?.includes(FINALIZER) !== true) return undefined;
    const resources = (await servedResources(this.#shell.client)).filter(
      ({ namespaced, verbs }) => namespaced && verbs.includes("delete") && verbs.includes("list"),
    );
    const outcomes = await Promise.all(
      resources.map((resource) => this.#empty(resource, name).catch(messageOf)),
    );
    const left = outcomes.filter((outcome) => typeof outcome === "object");
    const failure = outcomes.find((outcome) => typeof outcome === "string");
    if (left.length === 0 && failure === undefined) {
      await this.#finalize(namespace);
      return undefined;
    }
    const nowMs = this.#shell.time.nowMs();
    const status = terminatingStatus(namespace.status, { left, failure, nowMs });
    await writeStatus(this.#shell, { resource: NAMESPACES, object: namespace, status }).catch(
      (error: unknown) => {
        if (!isConflict(error) && !isNotFound(error)) throw error;
      },
    );
    return AGAIN_MS;
  }

  /** Deletes all objects of one resource; returns what is left of them. */
  async #empty(resource: ServedResource, namespace: string): Promise<Remainder | undefined> {
    const { client } = this.#shell;
    const before = await client.list<KubeObject>(resource, { namespace });
    if (before.items.length === 0) return undefined;
    const isAsked = before.items.every(isDeleting);
    if (!isAsked) await this.#deleteAll(resource, namespace, before.items);
    const { items } = isAsked ? before : await client.list<KubeObject>(resource, { namespace });
    const { group, plural } = resource;
    if (items.length === 0) return undefined;
    return { resource: group === "" ? `${plural}.` : `${plural}.${group}`, objects: items };
  }

  async #deleteAll(
    resource: ServedResource,
    namespace: string,
    objects: readonly KubeObject[],
  ): Promise<void> {
    const { client } = this.#shell;
    if (resource.verbs.includes("deletecollection")) {
      const path = resourcePath(resource, { namespace });
      const query = { propagationPolicy: "Background" };
      const { status } = await client.request({ method: "DELETE", path, query });
      if (status === 200 || status === 202) return;
    }
    for (const object of objects.filter((other) => !isDeleting(other))) {
      await client
        .delete(resource, { namespace, name: nameOf(object) }, { uid: uidOf(object) })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
  }

  async #finalize(namespace: Namespace): Promise<void> {
    const name = nameOf(namespace);
    const finalizers = (namespace.spec?.finalizers ?? []).filter((other) => other !== FINALIZER);
    const { status } = await this.#shell.client.request({
      method: "PUT",
      path: resourcePath(NAMESPACES, { name, subresource: "finalize" }),
      body: { ...namespace, apiVersion: "v1", kind: "Namespace", spec: { finalizers } },
    });
    // A conflict is tried again, when the informer has seen the newer version.
    if (status === 409) this.#loop.addSoon(name);
    else if (status !== 200 && status !== 404) this.#loop.addAfter(name, AGAIN_MS);
  }
}
