import type { Result } from "../base/index.ts";
import { parseEnvironment } from "./environment.ts";
import type { CniCommand, CniEnvironment, ContainerCommand } from "./environment.ts";
import { CNI_CODES } from "./failure.ts";
import type { CniFailure } from "./failure.ts";
import type { CniCall } from "./frame.ts";
import { parseNetworkConfig } from "./network-config.ts";
import type { NetworkConfig } from "./network-config.ts";
import { parsePodRef } from "./pod-ref.ts";
import type { PodRef } from "./pod-ref.ts";
import { isAtLeast } from "./version.ts";
import type { CniVersion } from "./version.ts";

/** ADD, DEL or CHECK of one interface of one container. */
export interface ContainerRequest {
  readonly command: ContainerCommand;
  readonly containerId: string;
  /** Path of the network namespace; empty only for DEL, when it is already gone. */
  readonly netns: string;
  readonly ifName: string;
  readonly pod: PodRef;
  readonly config: NetworkConfig;
}

/** A request of a container runtime, checked and complete. */
export type CniRequest =
  | ContainerRequest
  | { readonly command: "STATUS" | "GC"; readonly config: NetworkConfig }
  | { readonly command: "VERSION" };

// "Introduced in" of each operation, CNI specification 1.1.
const SINCE: Readonly<Record<CniCommand, CniVersion>> = {
  ADD: "0.3.0",
  DEL: "0.3.0",
  VERSION: "0.3.0",
  CHECK: "0.4.0",
  GC: "1.1.0",
  STATUS: "1.1.0",
};

/** Turns what the relay sent into a request. Failures carry the specification's codes (1, 4, 6, 7). */
export function parseRequest(call: CniCall): Result<CniRequest, CniFailure> {
  const environment = parseEnvironment(call.env);
  if (!environment.ok) return environment;
  // VERSION is what a runtime asks before it has a configuration.
  if (environment.value.command === "VERSION") return { ok: true, value: { command: "VERSION" } };
  const config = parseNetworkConfig(call.stdin);
  if (!config.ok) return config;
  const { command } = environment.value;
  if (!isAtLeast(config.value.cniVersion, SINCE[command])) {
    const msg = `config version does not allow ${command}: ${config.value.cniVersion}, needs ${SINCE[command]}`;
    return { ok: false, error: { code: CNI_CODES.incompatibleVersion, msg } };
  }
  return withConfig(environment.value, config.value);
}

function withConfig(
  environment: CniEnvironment,
  config: NetworkConfig,
): Result<CniRequest, CniFailure> {
  switch (environment.command) {
    case "VERSION":
      return { ok: true, value: { command: "VERSION" } };
    case "STATUS":
    case "GC":
      return { ok: true, value: { command: environment.command, config } };
    case "ADD":
    case "DEL":
    case "CHECK": {
      const { args, ...rest } = environment;
      const pod = parsePodRef(args);
      if (!pod.ok) return pod;
      if (rest.command === "CHECK" && config.previous === undefined) {
        return {
          ok: false,
          error: { code: CNI_CODES.invalidConfig, msg: "CHECK needs prevResult" },
        };
      }
      return { ok: true, value: { ...rest, pod: pod.value, config } };
    }
  }
}
