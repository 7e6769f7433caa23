import type { KubeObject } from "../kube-object.ts";
import type { AdmissionContext } from "../kinds/kind-definition.ts";
import type { CrdSchema, CrdVersion } from "./crd-spec.ts";
import { type CustomKind, customKinds } from "./custom-kind.ts";

/** A definition of ships whose `spec` has this schema. */
export function crd(spec: CrdSchema, version: Partial<CrdVersion> = {}): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "ships.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "ships", kind: "Ship", shortNames: ["sh"], categories: ["all"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
          ...version,
        },
      ],
    },
  };
}

/** The only kind of a definition. */
export function only(definition: KubeObject): CustomKind {
  const made = customKinds(definition);
  const [kind] = made.ok ? made.value : [];
  if (kind === undefined) throw new Error(JSON.stringify(made));
  return kind;
}

/** A ship. */
export function ship(spec: unknown): KubeObject {
  return { apiVersion: "example.com/v1", kind: "Ship", metadata: { name: "beagle" }, spec };
}

/** What validation is given and does not use. */
export const CONTEXT: AdmissionContext = { nowMs: 0, random: undefined as never };
