import type { Pod, PodTemplateSpec } from "kubernetes-types/core/v1";
import type { OwnerReference } from "kubernetes-types/meta/v1";
import { canonical } from "./canonical.ts";

/** The label by which the pods of one ReplicaSet of a Deployment differ from those of another. */
export const POD_TEMPLATE_HASH = "pod-template-hash";

// The characters of apimachinery's rand.SafeEncodeString: no vowels, so that no words come out.
const SAFE_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

/**
 * A short name of a pod template, like those of kube-controller-manager: FNV-1a of 32 bits, its digits replaced by
 * harmless letters. `collisions` gives another name to the same template.
 */
export function templateHash(template: PodTemplateSpec, collisions: number = 0): string {
  let hash = 0x811c9dc5;
  const text = canonical(template) + (collisions === 0 ? "" : String(collisions));
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return Array.from(String(hash), (digit) =>
    SAFE_CHARACTERS.charAt(digit.charCodeAt(0) % SAFE_CHARACTERS.length),
  ).join("");
}

/** Both templates make the same pods, whichever ReplicaSet's hash label they carry. */
export function isSameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return canonical(withoutHash(a)) === canonical(withoutHash(b));
}

/** What a controller adds to a template. */
export interface PodExtras {
  /** Undefined: the server makes it from `generateName`. */
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace: string;
  readonly owner: OwnerReference;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The pod that a template makes. */
export function podOfTemplate(
  template: PodTemplateSpec,
  { name, generateName, namespace, owner, labels }: PodExtras,
): Pod {
  const { annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace,
      ...(name === undefined ? {} : { name }),
      ...(generateName === undefined ? {} : { generateName }),
      labels: { ...template.metadata?.labels, ...labels },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [owner],
    },
    ...(template.spec === undefined ? {} : { spec: template.spec }),
  };
}

const hashless = new WeakMap<PodTemplateSpec, PodTemplateSpec>();

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const before = hashless.get(template);
  if (before !== undefined) return before;
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(
    ([key]) => key !== POD_TEMPLATE_HASH,
  );
  const plain = {
    ...template,
    metadata: { ...template.metadata, labels: Object.fromEntries(labels) },
  };
  hashless.set(template, plain);
  return plain;
}
