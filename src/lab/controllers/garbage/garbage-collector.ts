import type { OwnerReference } from "kubernetes-types/meta/v1";
import {
  apiVersionOf,
  type InformerChange,
  isConflict,
  isNotFound,
  type KubeObject,
  type ObjectName,
  type Resource,
} from "../../../kube-client/index.ts";
import { isDeleting, nameOf, namespaceOf, uidOf } from "../objects/meta.ts";
import { every } from "../shell/every.ts";
import { servedResources } from "../shell/served-resources.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import {
  awaitsDependents,
  FINALIZER,
  type GarbageNode,
  hasFinalizer,
  orphansDependents,
  OwnerGraph,
  ownersOf,
} from "./graph.ts";
import { blocks, type OwnerState, planGarbage } from "./plan.ts";

// How often the collector asks which resources there are (30 s in kube-controller-manager).
const DISCOVERY_MS = 30_000;
// As kube-controller-manager, it does not follow these: there are many, and nothing owns them.
const IGNORED: ReadonlySet<string> = new Set(["/events", "events.k8s.io/events"]);

const ABSENT_MAX = 10_000;

/** Deletes what has no owner left, and carries out foreground and orphaning deletions. */
export class GarbageCollector implements Controller {
  readonly #shell: Shell;
  readonly #graph = new OwnerGraph();
  readonly #followed = new Map<
    string,
    { readonly resource: Resource; readonly synced: Promise<void>; readonly stop: () => void }
  >();
  /** Uids of owners the server said do not exist. */
  readonly #absent = new Set<string>();
  readonly #loop: Loop;
  readonly #discovery: Controller;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#loop = openLoop(shell, { sync: (uid) => this.#sync(uid), needs: [], concurrency: 20 });
    this.#discovery = every(shell, {
      pauseMs: DISCOVERY_MS,
      needs: [],
      act: () => this.#discover(),
    });
  }

  async close(): Promise<void> {
    for (const { stop } of this.#followed.values()) stop();
    await this.#discovery.close();
    await this.#loop.close();
  }

  async #discover(): Promise<void> {
    const served = (await servedResources(this.#shell.client)).filter(
      ({ verbs, group, plural }) =>
        ["list", "watch", "delete"].every((verb) => verbs.includes(verb)) &&
        !IGNORED.has(`${group}/${plural}`),
    );
    if (served.length === 0) return;
    const keys = new Set(served.map(keyOfResource));
    for (const [key, { resource, stop }] of this.#followed) {
      if (keys.has(key)) continue;
      stop();
      this.#shell.informers.drop(resource);
      this.#followed.delete(key);
    }
    for (const resource of served) this.#follow(resource);
  }

  #follow(resource: Resource): void {
    const key = keyOfResource(resource);
    if (this.#followed.has(key)) return;
    const informer = this.#shell.informers.of(resource);
    const stop = informer.onChange((change) => this.#changed(resource, change));
    this.#followed.set(key, { resource, synced: informer.synced, stop });
  }

  #changed(resource: Resource, { type, object, old }: InformerChange<KubeObject>): void {
    const uid = uidOf(object);
    if (type === "deleted") {
      const dependents = this.#graph.dependentsOf(uid);
      this.#graph.delete(uid);
      this.#markAbsent(uid);
      for (const dependent of dependents) this.#loop.add(uidOf(dependent.object));
      for (const owner of ownersOf(object)) this.#wakeIfWaiting(owner.uid);
      return;
    }
    this.#absent.delete(uid);
    this.#graph.set({ resource, object });
    if (awaitsDependents(object) || orphansDependents(object)) this.#loop.add(uid);
    if (ownersOf(object).some((owner) => this.#needsALook(owner))) this.#loop.add(uid);
    if (old !== undefined) for (const owner of ownersOf(old)) this.#wakeIfWaiting(owner.uid);
  }

  /** Remembers the last ones only: asking again does no harm. */
  #markAbsent(uid: string): void {
    this.#absent.add(uid);
    if (this.#absent.size <= ABSENT_MAX) return;
    for (const oldest of this.#absent) {
      this.#absent.delete(oldest);
      return;
    }
  }

  #needsALook(owner: OwnerReference): boolean {
    const node = this.#graph.get(owner.uid);
    return node === undefined || awaitsDependents(node.object);
  }

  #wakeIfWaiting(uid: string): void {
    const node = this.#graph.get(uid);
    if (node !== undefined && awaitsDependents(node.object)) this.#loop.add(uid);
  }

  async #sync(uid: string): Promise<undefined> {
    // An owner whose dependents are not known yet would be let go as if it had none.
    await Promise.race([
      Promise.all([...this.#followed.values()].map(({ synced }) => synced)),
      this.#shell.stopped,
    ]);
    const node = this.#graph.get(uid);
    if (node === undefined) return undefined;
    if (orphansDependents(node.object)) return this.#orphan(node);
    if (awaitsDependents(node.object)) await this.#awaitDependents(node);
    return this.#judge(node);
  }

  /** Takes the references to the object out of its dependents, then lets it go. */
  async #orphan(node: GarbageNode): Promise<undefined> {
    const uid = uidOf(node.object);
    for (const dependent of this.#graph.dependentsOf(uid)) await this.#unlink(dependent, [uid]);
    return this.#removeFinalizer(node, FINALIZER.orphan);
  }

  /** Sends the dependents after their owner, which goes when none is left that it has to wait for. */
  async #awaitDependents(node: GarbageNode): Promise<void> {
    const uid = uidOf(node.object);
    const dependents = this.#graph.dependentsOf(uid);
    for (const { object } of dependents) {
      if (!isDeleting(object)) this.#loop.add(uidOf(object));
    }
    if (dependents.some(({ object }) => blocks(object, uid))) return;
    await this.#removeFinalizer(node, FINALIZER.foreground);
  }

  async #judge(node: GarbageNode): Promise<undefined> {
    const { object, resource } = node;
    const uid = uidOf(object);
    const states = new Map<string, OwnerState>();
    for (const owner of ownersOf(object)) {
      states.set(owner.uid, await this.#stateOf(owner, namespaceOf(object)));
    }
    const plan = planGarbage(object, {
      stateOf: (owner) => states.get(owner.uid) ?? "exists",
      hasDependents: this.#graph.dependentsOf(uid).length > 0,
    });
    if (plan.kind === "keep") return undefined;
    if (plan.kind === "unlink") {
      await this.#unlink(
        node,
        plan.owners.map((owner) => owner.uid),
      );
      return undefined;
    }
    // The version makes sure that nobody has given it another owner since.
    const { resourceVersion } = object.metadata ?? {};
    await this.#shell.client
      .delete(resource, refFor(resource, object), {
        uid,
        resourceVersion,
        propagationPolicy: plan.policy,
      })
      .catch(unlessGone);
    return undefined;
  }

  async #stateOf(owner: OwnerReference, namespace: string): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid);
    if (known !== undefined) return awaitsDependents(known.object) ? "awaitsDependents" : "exists";
    if (this.#absent.has(owner.uid)) return "absent";
    const resource = this.#resourceOf(owner);
    // Of a kind that is not served nothing can be said; it may be served again.
    if (resource === undefined) return "exists";
    const ref = { name: owner.name, ...(resource.namespaced ? { namespace } : {}) };
    const found = await this.#shell.client.tryGet(resource, ref);
    if (found !== undefined && uidOf(found) === owner.uid) return "exists";
    this.#markAbsent(owner.uid);
    return "absent";
  }

  #resourceOf({ apiVersion, kind }: OwnerReference): Resource | undefined {
    for (const { resource } of this.#followed.values()) {
      if (resource.kind !== kind) continue;
      if (apiVersionOf(resource).split("/").at(-2) === apiVersion.split("/").at(-2))
        return resource;
    }
    return undefined;
  }

  async #unlink({ resource, object }: GarbageNode, uids: readonly string[]): Promise<void> {
    const ownerReferences = ownersOf(object).filter(({ uid }) => !uids.includes(uid));
    const { resourceVersion } = object.metadata ?? {};
    await this.#shell.client
      .patch(resource, refFor(resource, object), {
        type: "merge",
        body: { metadata: { uid: uidOf(object), resourceVersion, ownerReferences } },
      })
      .catch(unlessGone);
  }

  async #removeFinalizer({ resource, object }: GarbageNode, finalizer: string): Promise<undefined> {
    if (!hasFinalizer(object, finalizer)) return undefined;
    const finalizers = (object.metadata?.finalizers ?? []).filter((other) => other !== finalizer);
    const { resourceVersion } = object.metadata ?? {};
    await this.#shell.client
      .patch(resource, refFor(resource, object), {
        type: "merge",
        body: { metadata: { uid: uidOf(object), resourceVersion, finalizers } },
      })
      .catch(unlessGone);
    return undefined;
  }
}

function keyOfResource({ group, plural }: Resource): string {
  return `${group}/${plural}`;
}

function refFor(resource: Resource, object: KubeObject): ObjectName {
  const name = nameOf(object);
  return resource.namespaced ? { name, namespace: namespaceOf(object) } : { name };
}

/** Gone is as good as deleted; another one of that name shows as a conflict, and is judged by itself. */
function unlessGone(error: unknown): void {
  if (isNotFound(error)) return;
  if (isConflict(error) && error.details?.uid !== undefined) return;
  throw error;
}
