import { formatIpv4 } from "../net/index.ts";
import type { Ipv4 } from "../net/index.ts";
import type { EniConfigStatus } from "../kube-client/index.ts";
import type { PodName } from "../pool/index.ts";
import type {
  Cluster,
  ClusterNode,
  EniConfigFound,
  NamedEniConfig,
  NamedNode,
  News,
  NodeFeature,
  Subject,
} from "./cluster.ts";

/** For the tests of this room: a cluster that keeps state and can be told to be away, to refuse and to change. */
export class TinyCluster implements Cluster {
  readonly #synced: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #listeners = new Set<() => void>();
  #node: ClusterNode | undefined;
  readonly configs: Map<string, EniConfigFound> = new Map();
  readonly told: { readonly subject: Subject; readonly news: News }[] = [];
  /** Pods by name with the address in their annotation. */
  readonly annotations: Map<string, string> = new Map();
  features: NodeFeature[] | undefined;
  /** Thrown by every change while it is there. */
  refusal: Error | undefined;
  closed = false;
  /** The YAML of the rules. */
  rules: string | undefined;
  readonly rulesRead: Promise<void> = Promise.resolve();

  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** The node's object is there, or changes. */
  setNode(node: Partial<ClusterNode>): void {
    const before = this.#node ?? { maxPods: 29, cordoned: false, labels: {}, annotations: {} };
    this.#node = { ...before, ...node };
    this.#synced.resolve();
    this.changed();
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** What was said about one kind of subject, as `reason: message`. */
  news(kind: Subject["kind"]): string[] {
    return this.told.flatMap(({ subject, news }) =>
      subject.kind === kind ? [`${news.severity} ${news.reason}: ${news.message}`] : [],
    );
  }

  node(): ClusterNode | undefined {
    return this.#node;
  }

  eniConfig(name: string): EniConfigFound {
    const text = `there is no ENIConfig ${name}`;
    return this.configs.get(name) ?? { ok: false, error: { reason: "missing", text } };
  }

  nodeRules(): string | undefined {
    return this.rules;
  }

  /** Other nodes of the cluster, and what became of the statuses. */
  readonly otherNodes: NamedNode[] = [];
  readonly statuses: Map<string, EniConfigStatus> = new Map();
  /** Ends its turn as the leader of the cluster's agents, if it is one. */
  readonly term: AbortController = new AbortController();

  eniConfigs(): readonly NamedEniConfig[] {
    return [...this.configs].map(([name, found]) => {
      const status = this.statuses.get(name);
      return { name, uid: `uid-${name}`, generation: 1, found, status };
    });
  }

  async nodes(): Promise<readonly NamedNode[]> {
    const own = this.#node === undefined ? [] : [{ ...this.#node, name: "own" }];
    return [...own, ...this.otherNodes];
  }

  async writeStatus(name: string, status: EniConfigStatus): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.statuses.set(name, status);
    this.changed();
  }

  async lead(work: (term: AbortSignal) => void, signal: AbortSignal): Promise<void> {
    work(AbortSignal.any([signal, this.term.signal]));
    return Promise.resolve();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(subject: Subject, news: News): void {
    this.told.push({ subject, news });
  }

  async notePodAddress({ name }: PodName, address: Ipv4): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.annotations.set(name, formatIpv4(address));
  }

  async clearPodAddress({ name }: PodName, address: Ipv4): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.annotations.get(name) === formatIpv4(address)) this.annotations.set(name, "");
  }

  async addFeature(feature: NodeFeature): Promise<"added" | "present" | "noCniNode"> {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.features === undefined) return "noCniNode";
    this.features.push(feature);
    return "added";
  }

  close(): void {
    this.closed = true;
  }
}
