import type { Node, Pod } from "kubernetes-types/core/v1";
import { type Informer, isNotFound, NODES, PODS } from "../../../kube-client/index.ts";
import { refOf, uidOf } from "../objects/meta.ts";
import { isPodFinished } from "../objects/pod.ts";
import { every } from "../shell/every.ts";
import { markDisrupted } from "../shell/mark-disrupted.ts";
import type { Controller, Shell } from "../shell/shell.ts";
import { planPodGc, TERMINATED_MAX } from "./plan.ts";

const PERIOD_MS = 20_000;
// A node may be registered again a moment later.
const QUARANTINE_MS = 40_000;

/** Removes pods of nodes that are gone, pods whose deletion nobody can confirm, and too many ended ones. */
export class PodGcController implements Controller {
  readonly #shell: Shell;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  /** Since when nodes are missing. */
  readonly #missingSinceMs = new Map<string, number>();
  readonly #rounds: Controller;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#nodes = shell.informers.of(NODES);
    this.#pods = shell.informers.of(PODS);
    this.#rounds = every(shell, {
      pauseMs: PERIOD_MS,
      needs: [this.#nodes, this.#pods],
      act: () => this.#collect(),
    });
  }

  async close(): Promise<void> {
    await this.#rounds.close();
  }

  async #collect(): Promise<void> {
    const plan = planPodGc(this.#pods.list(), {
      hasNode: (name) => this.#nodes.get({ name }) !== undefined,
      terminatedMax: TERMINATED_MAX,
    });
    const gone = await this.#goneNodes(plan.orphaned);
    const orphaned = plan.orphaned.filter(({ spec }) => gone.has(spec?.nodeName ?? ""));
    await Promise.all([...orphaned.map((pod) => this.#removeOrphan(pod))]);
    await Promise.all([...plan.unbound, ...plan.surplus].map((pod) => this.#remove(pod)));
  }

  /** Nodes that have been missing for a while, and that the server does not know either. */
  async #goneNodes(orphaned: readonly Pod[]): Promise<Set<string>> {
    const nowMs = this.#shell.time.nowMs();
    const missing = new Set(orphaned.map(({ spec }) => spec?.nodeName ?? ""));
    for (const name of this.#missingSinceMs.keys()) {
      if (!missing.has(name)) this.#missingSinceMs.delete(name);
    }
    const gone = new Set<string>();
    for (const name of missing) {
      const sinceMs = this.#missingSinceMs.get(name) ?? nowMs;
      this.#missingSinceMs.set(name, sinceMs);
      if (nowMs - sinceMs < QUARANTINE_MS) continue;
      if ((await this.#shell.client.tryGet(NODES, { name })) === undefined) gone.add(name);
    }
    return gone;
  }

  async #removeOrphan(pod: Pod): Promise<void> {
    try {
      if (!isPodFinished(pod)) {
        await markDisrupted(this.#shell, pod, {
          reason: "DeletionByPodGC",
          message: "PodGC: node no longer exists",
          phase: "Failed",
        });
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await this.#remove(pod);
  }

  async #remove(pod: Pod): Promise<void> {
    await this.#shell.client
      .delete(PODS, refOf(pod), { uid: uidOf(pod), gracePeriodSeconds: 0 })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
