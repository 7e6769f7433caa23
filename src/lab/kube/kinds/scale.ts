import type { LabelSelector } from "kubernetes-types/meta/v1";
import type { KubeObject } from "../kube-object.ts";
import { labelSelectorText } from "../printing/selector-text.ts";
import { invalid, type FieldCause } from "./field-error.ts";
import type { ScaleMapping } from "./kind-definition.ts";
import { valueAt, type Loose } from "./loose.ts";

/** The `autoscaling/v1` Scale of an object. */
export function scaleOf(object: KubeObject, mapping: ScaleMapping): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: numberAt(object, mapping.specReplicas) },
    status: {
      replicas: numberAt(object, mapping.statusReplicas),
      ...(mapping.selector === undefined
        ? {}
        : { selector: selectorText(valueAt(object, mapping.selector)) }),
    },
  };
}

/** The object with the replicas that a Scale asks for, or the causes of a refusal (of the Scale). */
export function withScale(
  object: KubeObject,
  mapping: ScaleMapping,
  scale: KubeObject,
): { readonly object: KubeObject; readonly causes: readonly FieldCause[] } {
  const replicas = numberAt(scale, ["spec", "replicas"]);
  return {
    object: setAt(object, mapping.specReplicas, replicas) as KubeObject,
    causes:
      replicas < 0
        ? [invalid("spec.replicas", replicas, "must be greater than or equal to 0")]
        : [],
  };
}

function numberAt(object: unknown, path: readonly string[]): number {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : 0;
}

function setAt(object: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const fields =
    typeof object === "object" && object !== null
      ? (object as Readonly<Record<string, unknown>>)
      : {};
  return { ...fields, [key]: setAt(fields[key], rest, value) };
}

function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (typeof selector !== "object" || selector === null) return "";
  const whole = "matchLabels" in selector || "matchExpressions" in selector;
  const text = labelSelectorText(
    (whole ? selector : { matchLabels: selector }) as Loose<LabelSelector>,
  );
  return text === "<none>" ? "" : text;
}
