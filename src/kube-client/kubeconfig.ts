import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { BerthError } from "../base/index.ts";
import { execCredentials } from "./exec-credentials.ts";
import type { ExecConfig } from "./exec-credentials.ts";
import type { Credentials, KubeAccess } from "./kube-access.ts";
import { tokenFileReader } from "./token-file.ts";

interface Cluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
}

interface User {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly exec?: ExecConfig;
}

interface Context {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: readonly { name: string; cluster: Cluster }[];
  readonly users?: readonly { name: string; user: User | null }[];
  readonly contexts?: readonly { name: string; context: Context }[];
}

/**
 * The access that a context of a kubeconfig describes: the current one unless another is named. Files it refers to are
 * relative to it. Rejects with a BerthError that names the file and what is missing in it.
 */
export async function readKubeconfig(
  file: string,
  options: { readonly context?: string | undefined } = {},
): Promise<KubeAccess> {
  const config = await parse(file);
  const contextName = options.context ?? config["current-context"] ?? "";
  if (contextName === "") throw unfit(file, "it has no current-context");
  const context = config.contexts?.find(({ name }) => name === contextName)?.context;
  if (context === undefined) throw unfit(file, `it has no context "${contextName}"`);
  const cluster = config.clusters?.find(({ name }) => name === context.cluster)?.cluster;
  if (cluster === undefined)
    throw unfit(file, `it has no cluster "${context.cluster ?? ""}", which the context names`);
  const found = config.users?.find(({ name }) => name === context.user);
  if (found === undefined && (context.user ?? "") !== "")
    throw unfit(file, `it has no user "${context.user ?? ""}", which the context names`);
  const server = cluster.server?.replace(/\/+$/, "") ?? "";
  if (!URL.canParse(server) || !/^https?:/.test(server))
    throw unfit(file, `the server of cluster "${context.cluster ?? ""}" is no http or https URL`);

  const read = reader(file);
  return {
    server,
    ca: await read(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    tlsServerName: cluster["tls-server-name"],
    insecureSkipTlsVerify: cluster["insecure-skip-tls-verify"],
    namespace: context.namespace ?? "default",
    credentials: await credentialsOf({ file, user: found?.user ?? {}, read }),
  };
}

type ReadPem = (data: string | undefined, path: string | undefined) => Promise<string | undefined>;

function reader(file: string): ReadPem {
  return async (data, path) => {
    if (data !== undefined && data !== "") return Buffer.from(data, "base64").toString("utf8");
    if (path === undefined || path === "") return undefined;
    return readText(resolve(dirname(file), path), `which ${file} refers to`);
  };
}

async function credentialsOf({
  file,
  user,
  read,
}: {
  file: string;
  user: User;
  read: ReadPem;
}): Promise<KubeAccess["credentials"]> {
  if (user.exec !== undefined) return execCredentials(user.exec, dirname(file));
  const cert = await read(user["client-certificate-data"], user["client-certificate"]);
  const key = await read(user["client-key-data"], user["client-key"]);
  if ((cert === undefined) !== (key === undefined))
    throw unfit(file, "its user has a client certificate without a key, or a key without one");
  const fixed: Credentials =
    cert === undefined || key === undefined ? {} : { certificate: { cert, key } };
  const { tokenFile } = user;
  if (tokenFile === undefined) return () => Promise.resolve({ ...fixed, token: user.token });
  const path = resolve(dirname(file), tokenFile);
  const token = tokenFileReader(() => readText(path, `the tokenFile of ${file}`));
  return async ({ renew = false } = {}) => ({ ...fixed, token: await token(renew) });
}

async function parse(file: string): Promise<Kubeconfig> {
  const text = await readText(file, "the kubeconfig");
  // Loaded here: a process inside of a cluster never needs it.
  const { parse: parseYaml } = await import("yaml");
  try {
    const config = parseYaml(text) as unknown;
    if (typeof config === "object" && config !== null) return config;
  } catch (cause) {
    throw unfit(file, `it is not YAML: ${(cause as Error).message}`);
  }
  throw unfit(file, "it is empty");
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new BerthError("kubeconfigUnreadable", `Cannot read ${path} (${what}): ${code}.`, {
      fix: "Name an existing kubeconfig that this user may read, with --kubeconfig or KUBECONFIG.",
      cause,
    });
  }
}

function unfit(file: string, why: string): BerthError {
  return new BerthError("kubeconfigUnfit", `The kubeconfig ${file} cannot be used: ${why}.`, {
    fix: "Correct the file, or choose another context; `kubectl config view` shows what is in it.",
  });
}
