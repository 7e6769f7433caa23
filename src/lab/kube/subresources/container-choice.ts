import type { Pod } from "kubernetes-types/core/v1";
import type { KubeObject } from "../kube-object.ts";
import { badRequest } from "../server/status-error.ts";

/** The container that a request is about: the one it names, or the only one. Throws StatusError. */
export function chooseContainer(object: KubeObject, named: string): string {
  const { spec } = object as Pick<Pod, "spec">;
  const names = (spec?.containers ?? []).map(({ name }) => name);
  const initNames = (spec?.initContainers ?? []).map(({ name }) => name);
  const others = (spec?.ephemeralContainers ?? []).map(({ name }) => name);
  const { name } = object.metadata;
  if (named !== "") {
    if ([...names, ...initNames, ...others].includes(named)) return named;
    throw badRequest(`container ${named} is not valid for pod ${name}`);
  }
  const [first, second] = names;
  if (first === undefined) throw badRequest(`a container name must be specified for pod ${name}`);
  if (second === undefined) return first;
  const choice = `a container name must be specified for pod ${name}, choose one of: [${names.join(" ")}]`;
  const more =
    initNames.length === 0 ? "" : ` or one of the init containers: [${initNames.join(" ")}]`;
  throw badRequest(`${choice}${more}`);
}

/** The node that a pod was bound to; "" before that. */
export function nodeNameOf(object: KubeObject): string {
  return ((object["spec"] ?? {}) as { nodeName?: string }).nodeName ?? "";
}
