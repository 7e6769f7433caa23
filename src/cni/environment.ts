import type { Result } from "../base/index.ts";
import { CNI_CODES } from "./failure.ts";
import type { CniFailure } from "./failure.ts";

/** The commands of the CNI specification 1.1. */
export const CNI_COMMANDS = ["ADD", "DEL", "CHECK", "STATUS", "GC", "VERSION"] as const;

/** A command of the CNI specification. */
export type CniCommand = (typeof CNI_COMMANDS)[number];

/** The commands that concern one container. */
export type ContainerCommand = "ADD" | "DEL" | "CHECK";

/** The CNI_* variables of one request, checked. */
export type CniEnvironment =
  | { readonly command: "VERSION" | "STATUS" | "GC" }
  | {
      readonly command: ContainerCommand;
      readonly containerId: string;
      /** Path of the network namespace; empty only for DEL, when it is already gone. */
      readonly netns: string;
      readonly ifName: string;
      readonly args: string;
    };

type Env = Readonly<Record<string, string>>;

const CONTAINER_ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
// A name must fit the kernel's IFNAMSIZ (16 with the closing zero), and not be a path.
const IF_NAME = /^[^/:\s]{1,15}$/;

/** Checks the CNI_* variables as the specification's section "Parameters" asks for. Failures have code 4. */
export function parseEnvironment(env: Env): Result<CniEnvironment, CniFailure> {
  const name = env["CNI_COMMAND"] ?? "";
  const command = CNI_COMMANDS.find((candidate) => candidate === name);
  if (command === undefined) {
    return invalid(
      name === "" ? "required env variables [CNI_COMMAND] missing" : `unknown CNI_COMMAND: ${name}`,
    );
  }
  if (command === "VERSION" || command === "STATUS" || command === "GC") {
    return { ok: true, value: { command } };
  }
  return parseContainer(command, env);
}

function parseContainer(command: ContainerCommand, env: Env): Result<CniEnvironment, CniFailure> {
  const containerId = env["CNI_CONTAINERID"] ?? "";
  const netns = env["CNI_NETNS"] ?? "";
  const ifName = env["CNI_IFNAME"] ?? "";
  const required: [string, string][] = [
    ["CNI_CONTAINERID", containerId],
    ["CNI_IFNAME", ifName],
  ];
  if (command !== "DEL") required.push(["CNI_NETNS", netns]);
  const missing = required.filter(([, value]) => value === "").map(([key]) => key);
  if (missing.length > 0) return invalid(`required env variables [${missing.join(",")}] missing`);
  if (!CONTAINER_ID.test(containerId)) {
    return invalid(`CNI_CONTAINERID has characters that are not allowed: ${containerId}`);
  }
  if (!IF_NAME.test(ifName) || ifName === "." || ifName === "..") {
    return invalid(
      `CNI_IFNAME is not an interface name (1 to 15 characters, no "/", ":" or space): ${ifName}`,
    );
  }
  const args = env["CNI_ARGS"] ?? "";
  return { ok: true, value: { command, containerId, netns, ifName, args } };
}

function invalid(msg: string): { ok: false; error: CniFailure } {
  return { ok: false, error: { code: CNI_CODES.invalidEnvironment, msg } };
}
