import { BerthError } from "../../base/index.ts";

/** gRPC's status words as Go prints them (google.golang.org/grpc/codes), where they aren't the same in CamelCase. */
const GO_WORDS: Readonly<Record<string, string>> = { OK: "OK", CANCELLED: "Canceled" };

/** A failure of the runtime as a kubelet shows it: `rpc error: code = Unknown desc = …`. */
export function rpcErrorText(error: unknown): string {
  if (!(error instanceof BerthError)) return error instanceof Error ? error.message : String(error);
  const { status } = error.facts;
  if (typeof status !== "string") return error.message;
  return rpcText(status, error.message);
}

/** The same, of a status word such as `DEADLINE_EXCEEDED` and its description. */
export function rpcText(status: string, description: string): string {
  const word = GO_WORDS[status] ?? camelCase(status);
  return `rpc error: code = ${word} desc = ${description}`;
}

function camelCase(status: string): string {
  return status
    .split("_")
    .map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`)
    .join("");
}

/** A failure without the `rpc error: code = … desc = ` before it: what containers' statuses say. */
export function descriptionOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^rpc error: code = \w+ desc = /, "");
}
