import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { BerthError } from "../base/index.ts";
import type { Credentials, KubeAccess } from "./kube-access.ts";

/** The `exec` of a kubeconfig's user: a program that prints an ExecCredential. */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { name: string; value: string }[] | null;
}

interface ExecCredential {
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

const TIMEOUT_MS = 60_000;
const API_VERSION = "client.authentication.k8s.io/v1";

/** Runs the program when there are no credentials, when they have expired and when they are to be renewed. */
export function execCredentials(config: ExecConfig, directory: string): KubeAccess["credentials"] {
  let current: Promise<Held> | undefined;
  return async ({ renew = false } = {}) => {
    const held = await current?.catch(() => undefined);
    if (held === undefined || renew || Date.now() >= held.expiresMs)
      current = run(config, directory);
    return (await (current as Promise<Held>)).credentials;
  };
}

interface Held {
  readonly credentials: Credentials;
  readonly expiresMs: number;
}

async function run(config: ExecConfig, directory: string): Promise<Held> {
  const command = config.command.includes("/")
    ? resolve(directory, config.command)
    : config.command;
  const apiVersion = config.apiVersion ?? API_VERSION;
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const variables = [
    ...(config.env ?? []).map(({ name, value }) => `${name}=${value}`),
    `KUBERNETES_EXEC_INFO=${JSON.stringify(info)}`,
  ];
  try {
    // Through env(1), which adds to the environment that the program inherits.
    const args = [...variables, command, ...(config.args ?? [])];
    const { stdout } = await promisify(execFile)("env", args, { timeout: TIMEOUT_MS });
    return read(JSON.parse(stdout) as ExecCredential);
  } catch (cause) {
    throw new BerthError(
      "kubeCredentialPlugin",
      `The credential plugin "${config.command}" of the kubeconfig failed: ${(cause as Error).message}`,
      {
        fix: "Run it by hand to see why; it must be installed and print an ExecCredential.",
        cause,
      },
    );
  }
}

function read({ status = {} }: ExecCredential): Held {
  const { token, clientCertificateData: cert, clientKeyData: key } = status;
  const certificate = cert === undefined || key === undefined ? undefined : { cert, key };
  if (token === undefined && certificate === undefined)
    throw new Error("it printed neither a token nor a certificate");
  const expires = status.expirationTimestamp;
  return {
    credentials: { token, certificate },
    expiresMs: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
  };
}
