import { BerthError, nearest } from "../../base/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import type { LabWorkload } from "../labfile/lab-file.ts";
import { Pod, type PodHome, type PodStatus } from "./pod.ts";
import { schedule } from "./schedule.ts";

/** A node that takes pods. */
export interface WorkloadNode {
  readonly home: PodHome;
  readonly maxPods: number;
}

/** A pod that has a name and no node. */
interface Unplaced {
  readonly message: string;
}

/** The pods that a lab's workloads ask for, and what has become of them. */
export class Workloads {
  readonly #nodes: readonly WorkloadNode[];
  readonly #wanted = new Map<string, LabWorkload>();
  readonly #pods = new Map<string, Pod>();
  readonly #unplaced = new Map<string, Unplaced>();
  readonly #stopping = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(nodes: readonly WorkloadNode[]) {
    this.#nodes = nodes;
  }

  /** Every pod that is wanted or still ending, by namespace and name. */
  get status(): PodStatus[] {
    const placed = [...this.#pods.values()].map((pod) => pod.status);
    const unplaced = [...this.#wanted.values()].flatMap((workload) =>
      podNames(workload).flatMap((name) => {
        const found = this.#unplaced.get(keyOf({ namespace: workload.namespace, name }));
        return found === undefined ? [] : [unplacedStatus({ workload, name, ...found })];
      }),
    );
    return [...placed, ...unplaced].toSorted(
      (a, b) => compare(a.namespace, b.namespace) || compareNumbered(a.name, b.name),
    );
  }

  /** Starts and stops pods until they are what the workload asks for; other workloads stay. */
  apply(workload: LabWorkload): void {
    this.#wanted.set(keyOf(workload), workload);
    this.#reconcile();
  }

  /** Changes how many pods a workload has. */
  scale({ namespace, name, replicas }: Pick<LabWorkload, "namespace" | "name" | "replicas">): void {
    const workload = this.#wanted.get(keyOf({ namespace, name }));
    if (workload === undefined) {
      const names = [...this.#wanted.values()].map((known) => known.name);
      const [near] = nearest(name, names, 1);
      throw new BerthError("unknownWorkload", `There is no workload ${namespace}/${name}.`, {
        fix:
          near === undefined
            ? `There are: ${names.join(", ") || "none"}.`
            : `Did you mean ${near}?`,
      });
    }
    this.apply({ ...workload, replicas });
  }

  /** Runs a command in a pod's container. */
  async exec(namespace: string, name: string, command: readonly string[]): Promise<ExecResult> {
    const pod = this.#pods.get(keyOf({ namespace, name }));
    if (pod === undefined) {
      const names = this.status.map((known) => known.name);
      const near = nearest(name, names);
      throw new BerthError("unknownPod", `There is no pod ${namespace}/${name} on a node.`, {
        fix:
          near.length > 0
            ? `Did you mean ${near.join(" or ")}?`
            : "`berth lab status` lists the pods.",
      });
    }
    return pod.exec(command);
  }

  /** Resolves when a condition on the pods holds. Rejects when the signal aborts. */
  async until(
    condition: (pods: readonly PodStatus[]) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    while (!condition(this.status)) {
      await new Promise<void>((resolve, reject) => {
        const done = (): void => {
          this.#listeners.delete(done);
          signal.removeEventListener("abort", done);
          if (signal.aborted) reject(signal.reason as Error);
          else resolve();
        };
        this.#listeners.add(done);
        signal.addEventListener("abort", done);
        if (signal.aborted) done();
      });
    }
  }

  /** Tries nothing any more; the pods stay as they are. */
  close(): void {
    this.#closed = true;
    for (const pod of this.#pods.values()) pod.close();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #reconcile(): void {
    // A pod that was ending when we closed counts as ended; what waited for its place must not begin.
    if (this.#closed) return;
    const wanted = new Map(
      [...this.#wanted.values()].flatMap((workload) =>
        podNames(workload).map(
          (name) => [keyOf({ ...workload, name }), { workload, name }] as const,
        ),
      ),
    );
    for (const key of this.#unplaced.keys()) if (!wanted.has(key)) this.#unplaced.delete(key);
    for (const [key, pod] of this.#pods) if (!wanted.has(key)) this.#remove(key, pod);
    for (const [key, { workload, name }] of wanted) {
      if (!this.#pods.has(key)) this.#place(key, { workload, name });
    }
    this.#changed();
  }

  #place(key: string, { workload, name }: { workload: LabWorkload; name: string }): void {
    const placement =
      workload.node === undefined
        ? schedule(this.#schedulable())
        : ({ ok: true, node: workload.node } as const);
    if (!placement.ok) {
      this.#unplaced.set(key, placement);
      return;
    }
    const node = this.#nodes.find(({ home }) => home.node === placement.node);
    if (node === undefined) {
      this.#unplaced.set(key, { message: `There is no node ${placement.node}.` });
      return;
    }
    this.#unplaced.delete(key);
    const identity = { namespace: workload.namespace, name, workload: workload.name };
    this.#pods.set(key, new Pod(identity, node.home, () => this.#changed()));
  }

  #schedulable(): { name: string; maxPods: number; pods: number }[] {
    const pods = [...this.#pods.values()].map((pod) => pod.status.node);
    return this.#nodes.map(({ home, maxPods }) => ({
      name: home.node,
      maxPods,
      pods: pods.filter((node) => node === home.node).length,
    }));
  }

  #remove(key: string, pod: Pod): void {
    if (this.#stopping.has(key)) return;
    this.#stopping.add(key);
    void pod.stop().then(() => {
      this.#pods.delete(key);
      this.#stopping.delete(key);
      // Its place may be what another pod, or one of its own name, waits for.
      this.#reconcile();
    });
  }
}

/** `web-1` … */
function podNames({ name, replicas }: LabWorkload): string[] {
  return Array.from({ length: replicas }, (_, index) => `${name}-${index + 1}`);
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

interface UnplacedPod extends Unplaced {
  readonly workload: LabWorkload;
  readonly name: string;
}

function unplacedStatus({ workload, name, message }: UnplacedPod): PodStatus {
  const { namespace } = workload;
  return {
    namespace,
    name,
    workload: workload.name,
    node: undefined,
    phase: "Pending",
    address: undefined,
    message,
    failures: 0,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** web-2 before web-10. */
function compareNumbered(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
