import type { CriTransport } from "../containerd/cri-transport.ts";
import { containerFromMessage, type ContainerStatusMessage } from "./cri-messages.ts";
import type { RuntimeContainer, RuntimePodRef, RuntimeSandbox } from "./runtime.ts";

/** The label by which a kubelet finds the sandboxes and containers of a pod again. */
export const POD_UID_LABEL = "io.kubernetes.pod.uid";

const CALL_MS = 120_000;
const NS_PER_MS = 1e6;

interface SandboxMessage {
  readonly id: string;
  readonly state: string;
  readonly created_at: number;
  readonly metadata: RuntimePodRef & { readonly attempt: number };
}

interface ContainerMessage {
  readonly id: string;
  readonly pod_sandbox_id: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Listing {
  readonly sandboxes: readonly SandboxMessage[];
  readonly containers: readonly ContainerMessage[];
}

/**
 * What a runtime's lists say, completed by what only single questions tell. What can't change any more is asked once:
 * the addresses of a sandbox, and a container as long as its state is the same.
 */
export class CriView {
  readonly #call: CriTransport["call"];
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #containers = new Map<string, { state: string; container: RuntimeContainer }>();
  #states: ReadonlyMap<string, string> = new Map();

  constructor(call: CriTransport["call"]) {
    this.#call = call;
  }

  /** Every sandbox of one pod, or of all, the newest first. */
  async list(uid?: string): Promise<readonly RuntimeSandbox[]> {
    const { sandboxes, containers } = await this.#lists(uid);
    const found = await Promise.all(
      sandboxes.map(async (sandbox): Promise<RuntimeSandbox> => {
        const own = containers.filter((each) => each.pod_sandbox_id === sandbox.id);
        return {
          ...sandbox.metadata,
          id: sandbox.id,
          createdMs: Math.floor(sandbox.created_at / NS_PER_MS),
          ready: sandbox.state === "SANDBOX_READY",
          addresses: await this.#addressesOf(sandbox.id),
          containers: await Promise.all(own.map((each) => this.#container(each))),
        };
      }),
    );
    return found.toSorted((a, b) => b.attempt - a.attempt || b.createdMs - a.createdMs);
  }

  /** The pods that have another state than at the last call. */
  async changedPods(): Promise<ReadonlySet<string>> {
    const { sandboxes, containers } = await this.#lists(undefined);
    const states = new Map<string, string>();
    const pods = new Map<string, string>();
    for (const { id, state, metadata } of sandboxes) {
      states.set(`${metadata.uid}/${id}`, state);
      pods.set(id, metadata.uid);
    }
    for (const { id, state, pod_sandbox_id: sandboxId, labels } of containers) {
      states.set(`${pods.get(sandboxId) ?? labels[POD_UID_LABEL] ?? ""}/${id}`, state);
    }
    const before = this.#states;
    this.#states = states;
    this.#forget(new Set([...sandboxes, ...containers].map(({ id }) => id)));
    const changed = [...states].filter(([key, state]) => before.get(key) !== state);
    const gone = [...before].filter(([key]) => !states.has(key));
    return new Set([...changed, ...gone].map(([key]) => key.slice(0, key.lastIndexOf("/"))));
  }

  #forget(known: ReadonlySet<string>): void {
    for (const id of this.#addresses.keys()) if (!known.has(id)) this.#addresses.delete(id);
    for (const id of this.#containers.keys()) if (!known.has(id)) this.#containers.delete(id);
  }

  async #lists(uid: string | undefined): Promise<Listing> {
    const filter = uid === undefined ? {} : { label_selector: { [POD_UID_LABEL]: uid } };
    const [{ items }, { containers }] = await Promise.all([
      this.#call<{ items: readonly SandboxMessage[] }>("ListPodSandbox", { filter }, CALL_MS),
      this.#call<{ containers: readonly ContainerMessage[] }>(
        "ListContainers",
        { filter },
        CALL_MS,
      ),
    ]);
    return { sandboxes: items, containers };
  }

  async #addressesOf(sandboxId: string): Promise<readonly string[]> {
    const known = this.#addresses.get(sandboxId);
    if (known !== undefined) return known;
    interface Network {
      readonly ip: string;
      readonly additional_ips: readonly { readonly ip: string }[];
    }
    interface Reply {
      readonly status: { readonly network: Network | null };
    }
    const request = { pod_sandbox_id: sandboxId };
    const { status } = await this.#call<Reply>("PodSandboxStatus", request, CALL_MS);
    const { network } = status;
    const all = network === null ? [] : [network.ip, ...network.additional_ips.map(({ ip }) => ip)];
    const addresses = all.filter((address) => address !== "");
    this.#addresses.set(sandboxId, addresses);
    return addresses;
  }

  async #container({ id, state }: ContainerMessage): Promise<RuntimeContainer> {
    const known = this.#containers.get(id);
    if (known?.state === state) return known.container;
    const request = { container_id: id };
    const reply = await this.#call<{ status: ContainerStatusMessage }>(
      "ContainerStatus",
      request,
      CALL_MS,
    );
    const container = containerFromMessage(reply.status);
    this.#containers.set(id, { state: reply.status.state, container });
    return container;
  }
}
