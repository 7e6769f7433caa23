import type { LabelSelector } from "kubernetes-types/meta/v1";
import type { KubeObject } from "../../../kube-client/index.ts";
import { isDeleting, labelsOf } from "./meta.ts";
import { selects } from "./selector.ts";

/** Which objects an owner has, takes up and lets go. */
export interface Claim<T> {
  /** It controls them, and its selector fits them. */
  readonly held: readonly T[];
  /** Nobody controls them and its selector fits them. */
  readonly adopted: readonly T[];
  /** It controls them, but its selector does not fit them any more. */
  readonly released: readonly T[];
}

/** Decides by owner reference and selector; an owner that is being deleted adopts and releases nothing. */
export function claim<T extends KubeObject>(candidates: {
  readonly owner: KubeObject;
  readonly selector: LabelSelector | undefined;
  readonly owned: readonly T[];
  readonly loose: readonly T[];
}): Claim<T> {
  const fits = (object: T): boolean => selects(candidates.selector, labelsOf(object));
  if (isDeleting(candidates.owner)) {
    return { held: candidates.owned.filter(fits), adopted: [], released: [] };
  }
  return {
    held: candidates.owned.filter(fits),
    adopted: candidates.loose.filter((object) => !isDeleting(object) && fits(object)),
    released: candidates.owned.filter((object) => !isDeleting(object) && !fits(object)),
  };
}
