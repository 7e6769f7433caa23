import type { IncomingMessage, ServerResponse } from "node:http";
import type { WriteOptions } from "../objects/write-options.ts";
import type { User } from "../auth/user.ts";
import { negotiate, type Accepted } from "./accept.ts";
import { readBody } from "./body.ts";
import type { FieldCheck, RawBody } from "./decode.ts";
import { badRequest } from "./status-error.ts";

/** One request, and what it can be asked for. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: User;
  /** Sent along as `Warning` headers. */
  readonly warnings: string[];
}

/** What the client accepts. Throws StatusError. */
export function acceptedBy({ request }: Call): Accepted {
  return negotiate(request.headers.accept);
}

/** The body, read to its end. Throws StatusError, or ClientGone. */
export async function bodyOf({ request }: Call): Promise<RawBody> {
  return { bytes: await readBody(request), type: request.headers["content-type"] };
}

/** How a write of this request is meant. Throws StatusError. */
export function writeOptionsOf(call: Call, subresource?: string): WriteOptions {
  return {
    dryRun: isDryRun(call.query.getAll("dryRun")),
    user: call.user.name,
    manager: call.query.get("fieldManager") ?? agentOf(call.request.headers["user-agent"]),
    subresource,
  };
}

/** Whether `dryRun` asks for one. Throws StatusError for other words than `All`. */
export function isDryRun(values: readonly string[]): boolean {
  const wrong = values.find((value) => value !== "All" && value !== "");
  if (wrong !== undefined) {
    throw badRequest(
      `dryRun: Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`,
    );
  }
  return values.includes("All");
}

/** How the fields of a body are to be looked at. Throws StatusError. */
export function fieldCheckOf(call: Call): FieldCheck {
  const text = call.query.get("fieldValidation") ?? "";
  const warn = (warning: string): void => void call.warnings.push(warning);
  switch (text) {
    case "":
    case "Warn":
      return { mode: "Warn", warn };
    case "Strict":
    case "Ignore":
      return { mode: text, warn };
    default:
      throw badRequest(
        `fieldValidation: Unsupported value: ${JSON.stringify(text)}: supported values: "Ignore", "Strict", "Warn"`,
      );
  }
}

function agentOf(header: string | undefined): string {
  const agent = (header ?? "").split("/")[0] ?? "";
  return agent === "" ? "unknown" : agent.slice(0, 128);
}
