import type { Namespace } from "kubernetes-types/core/v1";
import {
  type Informer,
  isAlreadyExists,
  isNotFound,
  NAMESPACES,
  SERVICE_ACCOUNTS,
} from "../../../kube-client/index.ts";
import { isDeleting, nameOf, namespaceOf } from "../objects/meta.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";

const DEFAULT = "default";

/** Gives every namespace the account `default`. */
export class ServiceAccountController implements Controller {
  readonly #shell: Shell;
  readonly #namespaces: Informer<Namespace>;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const accounts = shell.informers.of(SERVICE_ACCOUNTS);
    this.#shell = shell;
    this.#namespaces = shell.informers.of(NAMESPACES);
    this.#loop = openLoop(shell, {
      sync: (name) => this.#sync(name),
      needs: [this.#namespaces, accounts],
    });
    this.#stops = [
      this.#namespaces.onChange(({ type, object }) => {
        if (type !== "deleted") this.#loop.add(nameOf(object));
      }),
      accounts.onChange(({ type, object }) => {
        if (type === "deleted" && nameOf(object) === DEFAULT) this.#loop.add(namespaceOf(object));
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
    const ref = { namespace: name, name: DEFAULT };
    if (this.#shell.informers.of(SERVICE_ACCOUNTS).get(ref) !== undefined) return undefined;
    await this.#shell.client
      .create(SERVICE_ACCOUNTS, { apiVersion: "v1", kind: "ServiceAccount", metadata: ref })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
      });
    return undefined;
  }
}
