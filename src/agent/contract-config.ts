import { badSetting } from "./variable-reader.ts";
import type { VariableReader } from "./variable-reader.ts";
import type { VariableName } from "./variables.ts";

/** The agent's side of what it shares with the VPC CNI's programs, and where it can be asked. */
export interface ContractConfig {
  /** The checkpoint in the VPC CNI's format. */
  readonly checkpointFile: string;
  /** Undefined: no gRPC. */
  readonly socket: string | undefined;
  /** Undefined: any version of the plugin is served. */
  readonly clientVersion: string | undefined;
  /** Undefined: no metrics. */
  readonly metrics: ListenAddress | undefined;
  /** Undefined: no introspection but on `BERTH_INTROSPECTION_SOCKET`. */
  readonly introspection: ListenAddress | undefined;
}

/** Where to listen; without `host` on all addresses, of IPv6 too where the node has it. */
export type ListenAddress =
  { readonly host?: string; readonly port: number } | { readonly path: string };

/** Reads what `CONTRACT_VARIABLES` describes; BerthError `badSetting` for what can't be. */
export function readContract(read: VariableReader): ContractConfig {
  const metrics = readAddress(read, "BERTH_METRICS_BIND_ADDRESS");
  const introspection = readAddress(read, "INTROSPECTION_BIND_ADDRESS");
  return {
    checkpointFile: read.text("AWS_VPC_K8S_CNI_BACKING_STORE"),
    socket: read.text("BERTH_STOCK_SOCKET"),
    clientVersion: read.text("BERTH_STOCK_CLIENT_VERSION"),
    metrics: read.flag("DISABLE_METRICS") ? undefined : metrics,
    introspection: read.flag("DISABLE_INTROSPECTION") ? undefined : introspection,
  };
}

type AddressVariable = Extract<
  VariableName,
  "BERTH_METRICS_BIND_ADDRESS" | "INTROSPECTION_BIND_ADDRESS"
>;

function readAddress(read: VariableReader, name: AddressVariable): ListenAddress {
  const text = read.text(name);
  const path = /^unix:(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { path };
  const [, ipv6, plain = "", digits] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits ?? NaN);
  if (!(port >= 1 && port <= 65_535))
    throw badSetting(
      name,
      text,
      "address:port such as 127.0.0.1:61679, or unix: and an absolute path",
    );
  const host = ipv6 ?? plain;
  return host === "" ? { port } : { host, port };
}
