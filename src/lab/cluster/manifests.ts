import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { BerthError } from "../../base/index.ts";
import type { KubeObject } from "../../kube-client/index.ts";

const kubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

/** Reads a file of Kubernetes objects: YAML documents, or lists of objects. Throws `labManifest` with the line. */
export function readManifest(file: string): KubeObject[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new BerthError("labManifest", `Cannot read the manifest ${file}: ${String(cause)}`, {
      fix: "Correct `manifests` in the lab file; relative paths count from that file.",
      cause,
    });
  }
  const documents = parseAllDocuments(text, { prettyErrors: true });
  return documents.flatMap((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) throw refusal(file, error.message);
    const value: unknown = document.toJS();
    if (value === null || value === undefined) return [];
    return objectsOf(value, { file, which: `Document ${index + 1}` });
  });
}

function objectsOf(value: unknown, place: { file: string; which: string }): KubeObject[] {
  const { file, which } = place;
  const list = z.looseObject({ kind: z.literal("List"), items: z.array(z.unknown()) });
  const parsedList = list.safeParse(value);
  if (parsedList.success) {
    return parsedList.data.items.flatMap((item, index) =>
      objectsOf(item, { file, which: `${which}, item ${index + 1},` }),
    );
  }
  const parsed = kubeObject.safeParse(value);
  if (parsed.success) return [parsed.data];
  const missing = parsed.error.issues.map(({ path }) => `\`${path.join(".")}\``).join(" and ");
  throw refusal(file, `${which} is no Kubernetes object: ${missing || "its form"} is missing.`);
}

function refusal(file: string, why: string): BerthError {
  return new BerthError("labManifest", `The manifest ${file} can't be applied: ${why}`, {
    fix: "Correct it; `kubectl apply --dry-run=client -f` checks it too.",
    facts: { file },
  });
}
