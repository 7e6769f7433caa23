import { newRandom } from "../../../base/index.ts";
import type { KubeObject } from "../kube-object.ts";
import { admitCreate, admitUpdate, type Admitted } from "./admission.ts";
import { builtInKinds } from "./built-in.ts";
import type { AdmissionContext, KindDefinition } from "./kind-definition.ts";
import { newKindRegistry } from "./registry.ts";

const registry = newKindRegistry(builtInKinds);

/** The time in tests. */
export const NOW = "2026-01-02T00:00:00Z";

/** The fields of an object besides its kind and version. */
export type Fields = Readonly<Record<string, unknown>> & {
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** The built-in kind of this name; `group` is needed only where two have it. */
export function kindNamed(kind: string, group?: string): KindDefinition {
  const found = registry
    .all()
    .find((one) => one.kind === kind && (group === undefined || one.group === group));
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** An object named `x`, made five minutes ago, as a client would send it. */
export function objectOf(kind: KindDefinition, fields: Fields): KubeObject {
  return {
    apiVersion: kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...fields,
    metadata: {
      name: "x",
      uid: "u-1",
      creationTimestamp: "2026-01-01T23:55:00Z",
      ...(kind.namespaced ? { namespace: "default" } : {}),
      ...fields.metadata,
    },
  };
}

/** Admits a new object. */
export function create(kind: string, fields: Fields, more?: Partial<AdmissionContext>): Admitted {
  const definition = kindNamed(kind);
  return admitCreate(definition, objectOf(definition, fields), contextOf(more));
}

/** Admits an object and then a changed one in its place. */
export function update(
  kind: string,
  change: { from: Fields; to: Fields },
  more?: Partial<AdmissionContext>,
): Admitted {
  const definition = kindNamed(kind);
  const old = admitCreate(definition, objectOf(definition, change.from), contextOf(more)).object;
  return admitUpdate(definition, { next: objectOf(definition, change.to), old }, contextOf(more));
}

/** Causes as lines: `spec.x: Required value`. */
export function linesOf(admitted: Admitted): string[] {
  return admitted.causes.map((cause) => `${cause.field}: ${cause.message}`);
}

function contextOf(more: Partial<AdmissionContext> | undefined): AdmissionContext {
  return { nowMs: Date.parse(NOW), random: newRandom(1), ...more };
}
