import { CONFIG_MAPS, type KubeClient, SECRETS } from "../../kube-client/index.ts";

/** The entries of a config map or secret. */
export type ConfigData = ReadonlyMap<string, Buffer>;

/** The config maps and secrets that pods name. */
export interface ConfigSource {
  /** Undefined when there is no such object. */
  configMap(namespace: string, name: string): Promise<ConfigData | undefined>;
  secret(namespace: string, name: string): Promise<ConfigData | undefined>;
}

/** Those of a cluster, as they are at the moment. */
export function clusterConfig(client: KubeClient): ConfigSource {
  return {
    async configMap(namespace, name) {
      const found = await client.tryGet(CONFIG_MAPS, { namespace, name });
      if (found === undefined) return undefined;
      return new Map([...entries(found.data, "utf8"), ...entries(found.binaryData, "base64")]);
    },
    async secret(namespace, name) {
      const found = await client.tryGet(SECRETS, { namespace, name });
      return found === undefined ? undefined : new Map(entries(found.data, "base64"));
    },
  };
}

function entries(
  data: Readonly<Record<string, string>> | undefined,
  encoding: BufferEncoding,
): [string, Buffer][] {
  return Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]);
}
