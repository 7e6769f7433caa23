import { setTimeout as sleep } from "node:timers/promises";
import { BerthError, nearest } from "../../base/index.ts";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  isAlreadyExists,
  type KubeClient,
  type Resource,
} from "../../kube-client/index.ts";

const ESTABLISHED_MS = 30_000;
const POLL_MS = 50;

/** An object as far as it has to be understood in order to be applied. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Brings objects of any kind into a cluster, as `kubectl apply --server-side` does. */
export class Applier {
  readonly #client: KubeClient;
  readonly #groups = new Map<string, Promise<readonly Resource[]>>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /**
   * Applies them one after the other, namespaces and definitions of kinds first. Throws `labManifest` for a kind that the
   * cluster does not have, and the server's own refusals.
   */
  async apply(objects: readonly Manifest[]): Promise<void> {
    for (const object of inOrder(objects)) await this.#applyOne(object);
  }

  async #applyOne(object: Manifest): Promise<void> {
    const resource = await this.#resourceOf(object);
    const name = object.metadata?.name ?? "";
    const namespace = object.metadata?.namespace ?? "default";
    const ref = resource.namespaced ? { name, namespace } : { name };
    try {
      await this.#client.create(resource, object, resource.namespaced ? { namespace } : undefined);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#client.patch(resource, ref, { type: "apply", body: object, force: true });
    }
    if (resource.kind === CUSTOM_RESOURCE_DEFINITIONS.kind) await this.#untilEstablished(name);
  }

  async #untilEstablished(name: string): Promise<void> {
    const deadlineMs = performance.now() + ESTABLISHED_MS;
    while (performance.now() < deadlineMs) {
      const { status } = await this.#client.get(CUSTOM_RESOURCE_DEFINITIONS, { name });
      const conditions = status?.conditions ?? [];
      if (conditions.some((each) => each.type === "Established" && each.status === "True")) break;
      await sleep(POLL_MS);
    }
    this.#groups.clear();
  }

  async #resourceOf({ apiVersion = "", kind = "", metadata }: Manifest): Promise<Resource> {
    let known = this.#groups.get(apiVersion);
    if (known === undefined) {
      known = this.#discover(apiVersion);
      this.#groups.set(apiVersion, known);
    }
    const resources = await known;
    const found = resources.find((resource) => resource.kind === kind);
    if (found !== undefined) return found;
    const near = nearest(
      kind,
      resources.map((resource) => resource.kind),
    );
    const message = `The cluster has no kind ${kind} in ${apiVersion === "" ? "no apiVersion" : apiVersion}, which ${metadata?.name ?? "an object"} is of.`;
    throw new BerthError("labManifest", message, {
      fix:
        near.length > 0
          ? `Did you mean ${near.join(" or ")}?`
          : "Correct `apiVersion` and `kind`, or apply the CustomResourceDefinition with it.",
    });
  }

  /** What the server says that it serves of a group's version; nothing when it does not know it. */
  async #discover(apiVersion: string): Promise<readonly Resource[]> {
    const isCore = !apiVersion.includes("/");
    const path = isCore ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
    const headers = { accept: "application/json" };
    const { status, body } = await this.#client.request({ method: "GET", path, headers });
    if (status !== 200) return [];
    const [group = "", version = ""] = isCore ? ["", apiVersion] : apiVersion.split("/");
    interface Listed {
      readonly resources: readonly { name: string; kind: string; namespaced: boolean }[];
    }
    const { resources } = JSON.parse(body.toString("utf8")) as Listed;
    return resources
      .filter(({ name }) => !name.includes("/"))
      .map(({ name, kind, namespaced }) => ({ group, version, plural: name, kind, namespaced }));
  }
}

const FIRST = ["CustomResourceDefinition", "Namespace", "PriorityClass", "ServiceAccount"];

function inOrder(objects: readonly Manifest[]): Manifest[] {
  const rank = ({ kind = "" }: Manifest): number =>
    FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length;
  return objects.toSorted((a, b) => rank(a) - rank(b));
}
