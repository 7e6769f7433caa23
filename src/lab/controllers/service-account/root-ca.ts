import type { ConfigMap, Namespace } from "kubernetes-types/core/v1";
import {
  CONFIG_MAPS,
  type Informer,
  isAlreadyExists,
  isNotFound,
  NAMESPACES,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { isDeleting, nameOf, namespaceOf } from "../objects/meta.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";

const NAME = "kube-root-ca.crt";

/** Shows every namespace the certificate of the API server's authority, for pods to mount. */
export class RootCaPublisher implements Controller {
  readonly #shell: Shell;
  readonly #rootCa: string;
  readonly #namespaces: Informer<Namespace>;
  readonly #configMaps: Informer<ConfigMap>;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell, rootCa: string) {
    this.#shell = shell;
    this.#rootCa = rootCa;
    this.#namespaces = shell.informers.of(NAMESPACES);
    this.#configMaps = shell.informers.of(CONFIG_MAPS);
    this.#loop = openLoop(shell, {
      sync: (name) => this.#sync(name),
      needs: [this.#namespaces, this.#configMaps],
    });
    this.#stops = [
      this.#namespaces.onChange(({ type, object }) => {
        if (type !== "deleted") this.#loop.add(nameOf(object));
      }),
      this.#configMaps.onChange(({ object }) => {
        if (nameOf(object) === NAME) this.#loop.add(namespaceOf(object));
      }),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  async #sync(name: string): Promise<undefined> {
    const namespace = this.#namespaces.get({ name });
    if (namespace === undefined || isDeleting(namespace)) return undefined;
    const ref = { namespace: name, name: NAME };
    const data = { "ca.crt": this.#rootCa };
    const existing = this.#configMaps.get(ref);
    const { client } = this.#shell;
    if (existing !== undefined) {
      if (meansSame(existing.data, data)) return undefined;
      await client.patch(CONFIG_MAPS, ref, { type: "merge", body: { data } });
      return undefined;
    }
    const annotations = {
      "kubernetes.io/description":
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal " +
        "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is " +
        "guaranteed across distributions of Kubernetes clusters.",
    };
    const metadata = { ...ref, annotations };
    await client
      .create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata, data })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
      });
    return undefined;
  }
}
