import { fieldOf } from "../schemas/list-merge.ts";
import { resolveSchema } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { isList, isMap, jsonEqual, type JsonMap } from "./json-value.ts";

/** The strategic merge patch that turns the first object into the second, as kubectl makes it. Used by tests. */
export function strategicDiff(
  schema: Schema | undefined,
  before: JsonMap,
  after: JsonMap,
): JsonMap {
  const patch: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (jsonEqual(before[field], after[field])) continue;
    const inner = schema === undefined ? undefined : fieldOf(schema, field);
    const [was, is] = [before[field], after[field]];
    if (is === undefined) patch[field] = null;
    else if (isMap(was) && isMap(is)) patch[field] = strategicDiff(inner, was, is);
    else if (isList(was) && isList(is)) Object.assign(patch, listDiff(field, inner, { was, is }));
    else patch[field] = is;
  }
  return patch;
}

function listDiff(
  field: string,
  schema: Schema | undefined,
  { was, is }: { was: readonly unknown[]; is: readonly unknown[] },
): JsonMap {
  const merge = schema?.listMerge;
  if (merge?.kind === "set") {
    const added = is.filter((item) => !was.includes(item));
    return {
      [`$setElementOrder/${field}`]: is,
      [`$deleteFromPrimitiveList/${field}`]: was.filter((item) => !is.includes(item)),
      ...(added.length === 0 ? {} : { [field]: added }),
    };
  }
  const key = merge?.patchKey;
  if (key === undefined) return { [field]: is };
  const items = schema === undefined ? undefined : resolveSchema(schema).items;
  const [old, now] = [was as readonly JsonMap[], is as readonly JsonMap[]];
  const changes = now.map((item) => {
    const own = old.find((candidate) => candidate[key] === item[key]);
    return own === undefined ? item : { ...strategicDiff(items, own, item), [key]: item[key] };
  });
  const gone = old
    .filter((item) => now.every((candidate) => candidate[key] !== item[key]))
    .map((item) => ({ $patch: "delete", [key]: item[key] }));
  return {
    [`$setElementOrder/${field}`]: now.map((item) => ({ [key]: item[key] })),
    [field]: [...changes, ...gone],
  };
}
