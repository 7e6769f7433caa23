import type { Binding } from "kubernetes-types/core/v1";
import { defineKind } from "./define-kind.ts";
import { required } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** core/v1 Binding: tells a pod its node; never stored. */
export const bindingKind: KindDefinition = defineKind<Binding>({
  group: "",
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  namespaced: true,
  stored: false,
  verbs: ["create"],
  validate: ({ target }) => ((target?.name ?? "") === "" ? [required("target.name")] : []),
});
