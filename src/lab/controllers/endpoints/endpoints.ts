import type { Endpoints, Pod, Service } from "kubernetes-types/core/v1";
import {
  ENDPOINTS,
  type Informer,
  type InformerChange,
  isAlreadyExists,
  isNotFound,
  PODS,
  SERVICES,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import {
  isDeleting,
  keyOf,
  labelsOf,
  namespaceOf,
  refOf,
  refOfKey,
  uidOf,
} from "../objects/meta.ts";
import { isPodReady, phaseOf } from "../objects/pod.ts";
import { selects } from "../objects/selector.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { hasSelector, subsetsOf } from "./plan.ts";

/** Keeps the Endpoints of every service that selects pods. */
export class EndpointsController implements Controller {
  readonly #shell: Shell;
  readonly #services: Informer<Service>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #podsByNamespace: Index<Pod>;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const pods = shell.informers.of(PODS);
    this.#shell = shell;
    this.#services = shell.informers.of(SERVICES);
    this.#endpoints = shell.informers.of(ENDPOINTS);
    this.#podsByNamespace = indexOf(pods, namespaceOf);
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#services, this.#endpoints, pods],
    });
    this.#stops = [
      this.#services.onChange(({ object }) => this.#loop.add(keyOf(object))),
      pods.onChange((change) => this.#podChanged(change)),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  #podChanged({ object, old }: InformerChange<Pod>): void {
    if (old !== undefined && meansSame(endpointFacts(object), endpointFacts(old))) return;
    for (const service of this.#services.list()) {
      if (namespaceOf(service) !== namespaceOf(object) || !hasSelector(service)) continue;
      const selector = { matchLabels: service.spec?.selector ?? {} };
      const isTouched = [object, ...(old === undefined ? [] : [old])].some((pod) =>
        selects(selector, labelsOf(pod)),
      );
      if (isTouched) this.#loop.addSoon(keyOf(service));
    }
  }

  async #sync(key: string): Promise<undefined> {
    const ref = refOfKey(key);
    const service = this.#services.get(ref);
    const existing = this.#endpoints.get(ref);
    const { client } = this.#shell;
    if (service === undefined) {
      if (existing !== undefined) {
        await client.delete(ENDPOINTS, ref, { uid: uidOf(existing) }).catch(unlessGone);
      }
      return undefined;
    }
    if (!hasSelector(service) || isDeleting(service)) return undefined;
    const subsets = subsetsOf(service, this.#podsByNamespace.get(ref.namespace));
    const labels = labelsOf(service);
    if (existing === undefined) {
      await client
        .create(ENDPOINTS, {
          apiVersion: "v1",
          kind: "Endpoints",
          metadata: { ...refOf(service), labels },
          subsets,
        })
        .catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
      return undefined;
    }
    if (meansSame({ subsets: existing.subsets }, { subsets })) return undefined;
    await client.replace(ENDPOINTS, { ...existing, subsets }).catch(unlessGone);
    return undefined;
  }
}

/** What of a pod shows in Endpoints. */
function endpointFacts(pod: Pod): object {
  return {
    labels: labelsOf(pod),
    ip: pod.status?.podIP ?? "",
    isReady: isPodReady(pod),
    isDeleting: isDeleting(pod),
    phase: phaseOf(pod),
  };
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
