import type { Secret } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { immutableData, validateKeys } from "./data-rules.ts";
import { required, type FieldCause } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";
import { immutable } from "./workload-rules.ts";

/** The keys that a secret of a known type must have. */
const NEEDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

/** core/v1 Secret. */
export const secretKind: KindDefinition = defineKind<Secret>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
  columns: [nameColumn, column("Type"), column("Data", "integer"), column("Age")],
  row: ({ metadata, type, data }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      type ?? "",
      Object.keys(data ?? {}).length,
      age(metadata?.creationTimestamp, nowMs),
    ],
  }),
  fieldSelectors: { type: (secret) => secret.type ?? "" },
  defaults: withPlainTexts,
  validate: (secret, old) => [
    ...validateKeys("data", secret.data),
    ...validateType(secret),
    ...(old === undefined
      ? []
      : [...immutable(secret.type, old.type, "type"), ...immutableData(secret, old, ["data"])]),
  ],
});

/** `stringData` is only for writing: its texts go to `data` in base64. */
function withPlainTexts(secret: Loose<Secret>): Loose<Secret> {
  const { stringData, ...rest } = filled(secret, { type: "Opaque" });
  if (stringData === undefined) return rest;
  const encoded = Object.entries(stringData).map(
    ([key, text]) => [key, Buffer.from(text ?? "", "utf8").toString("base64")] as const,
  );
  const data: Record<string, string> = Object.fromEntries(encoded);
  return { ...rest, data: { ...rest.data, ...data } };
}

function validateType(secret: Loose<Secret>): FieldCause[] {
  return (NEEDED_KEYS[secret.type ?? ""] ?? [])
    .filter((key) => secret.data?.[key] === undefined)
    .map((key) => required(`data[${key}]`));
}
