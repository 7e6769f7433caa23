import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Volume,
  VolumeProjection,
} from "kubernetes-types/core/v1";
import type { ConfigData, ConfigSource } from "../config-source.ts";
import { podField, resourceField } from "../field-ref.ts";
import type { AllocatableNumbers } from "../node-resources.ts";
import { podParts } from "../pod-view.ts";
import { MountError, type ProjectedFile } from "./projected-file.ts";
import type { TokenSource } from "./token-source.ts";

/** Where the contents of projected volumes come from. */
export interface ProjectionSources {
  readonly config: ConfigSource;
  readonly tokens: Pick<TokenSource, "token" | "forget">;
  readonly node: AllocatableNumbers;
}

const DEFAULT_MODE = 0o644;
const DEFAULT_TOKEN_SECONDS = 3600;

/** Whether a volume's contents come from the API. */
export function isProjected(volume: Volume): boolean {
  const { configMap, secret, downwardAPI, projected } = volume;
  return [configMap, secret, downwardAPI, projected].some((source) => source !== undefined);
}

/** The files of a volume of kind configMap, secret, downwardAPI or projected. Rejects with a {@link MountError}. */
export async function projectedFiles(
  pod: Pod,
  volume: Volume,
  sources: ProjectionSources,
): Promise<ProjectedFile[]> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const parts: VolumeProjection[] = projected?.sources ?? [
    {
      ...(configMap && { configMap }),
      ...(secret && {
        secret: { ...secret, ...(secret.secretName !== undefined && { name: secret.secretName }) },
      }),
      ...(downwardAPI && { downwardAPI }),
    },
  ];
  const mode =
    [configMap, secret, downwardAPI, projected].find((source) => source !== undefined)
      ?.defaultMode ?? DEFAULT_MODE;
  const files = await Promise.all(parts.map((part) => filesOf(pod, part, { ...sources, mode })));
  return files.flat();
}

type Context = ProjectionSources & { readonly mode: number };

async function filesOf(
  pod: Pod,
  part: VolumeProjection,
  context: Context,
): Promise<ProjectedFile[]> {
  const { namespace } = podParts(pod);
  const { configMap, secret, downwardAPI, serviceAccountToken } = part;
  const files: ProjectedFile[] = [];
  if (configMap !== undefined) {
    const name = configMap.name ?? "";
    const data = await context.config.configMap(namespace, name);
    files.push(...entryFiles(data, { ...configMap, kind: "configmap", name, context }));
  }
  if (secret !== undefined) {
    const name = secret.name ?? "";
    const data = await context.config.secret(namespace, name);
    files.push(...entryFiles(data, { ...secret, kind: "secret", name, context }));
  }
  for (const item of downwardAPI?.items ?? []) files.push(downwardFile(pod, item, context));
  if (serviceAccountToken !== undefined) {
    const { path, audience, expirationSeconds = DEFAULT_TOKEN_SECONDS } = serviceAccountToken;
    const data = await podToken(pod, { audience, expirationSeconds, context });
    files.push({ path, data, mode: context.mode });
  }
  return files;
}

interface Entries {
  readonly kind: "configmap" | "secret";
  readonly name: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly context: Context;
}

function entryFiles(data: ConfigData | undefined, entries: Entries): ProjectedFile[] {
  const { kind, name, items, optional = false, context } = entries;
  if (data === undefined) {
    if (optional) return [];
    throw new MountError(`${kind} "${name}" not found`);
  }
  if (items === undefined || items.length === 0) {
    return [...data].map(([path, value]) => ({ path, data: value, mode: context.mode }));
  }
  return items.flatMap(({ key, path, mode }) => {
    const value = data.get(key);
    if (value !== undefined) return [{ path, data: value, mode: mode ?? context.mode }];
    if (optional) return [];
    throw new MountError(
      `references non-existent ${kind === "secret" ? "secret" : "config"} key: ${key}`,
    );
  });
}

function downwardFile(pod: Pod, item: DownwardAPIVolumeFile, context: Context): ProjectedFile {
  const { fieldRef, resourceFieldRef, path, mode } = item;
  let value: string | undefined;
  if (fieldRef !== undefined) value = podField(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) {
    const container = pod.spec?.containers.find(
      ({ name }) => name === resourceFieldRef.containerName,
    );
    value = container && resourceField(container, resourceFieldRef, context.node);
  }
  if (value === undefined) throw new MountError(`unable to get value for the file ${path}`);
  return { path, data: Buffer.from(value), mode: mode ?? context.mode };
}

interface TokenPart {
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
  readonly context: Context;
}

async function podToken(
  pod: Pod,
  { audience, expirationSeconds, context }: TokenPart,
): Promise<Buffer> {
  const { namespace, name, uid, spec } = podParts(pod);
  const serviceAccount = spec.serviceAccountName ?? "default";
  try {
    const token = await context.tokens.token({
      namespace,
      serviceAccount,
      audience,
      expirationSeconds,
      podName: name,
      podUid: uid,
    });
    return Buffer.from(token);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MountError(`failed to fetch token: ${why}`);
  }
}
