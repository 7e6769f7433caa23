import { KubeError } from "./kube-error.ts";
import type { StatusDetails } from "./kube-error.ts";

/** What a `Status` object of the API says. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: StatusDetails;
}

const LONGEST_QUOTE = 200;

/** The error of an answer other than 2xx to the request `what`, `GET /api/v1/pods`. */
export function answerError(what: string, status: number, body: Buffer | string): KubeError {
  const text = body.toString();
  return statusError(what, readStatus(text) ?? { message: quote(text) }, status);
}

/** The error of a `Status` that arrived instead of an object. */
export function statusError(what: string, status: Status, httpStatus = 0): KubeError {
  const code = status.code ?? httpStatus;
  const said = status.message ?? "";
  return new KubeError({
    status: code,
    reason: status.reason ?? reasonOf(code),
    message: `${what} failed with ${code}: ${said === "" ? "the server gave no reason" : said}`,
    fix: fixFor(code),
    details: status.details,
  });
}

function readStatus(text: string): Status | undefined {
  try {
    const object = JSON.parse(text) as { kind?: unknown } & Status;
    return object.kind === "Status" ? object : undefined;
  } catch {
    return undefined;
  }
}

function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  410: "Gone",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

function reasonOf(code: number): string {
  return REASONS[code] ?? "Unknown";
}

const FIXES: Readonly<Record<number, string>> = {
  401: "Renew the credentials: the server does not accept the token or certificate it was shown.",
  403: "Give this user or service account the right to do it; `kubectl auth can-i` tells what it may do.",
  404: "Check the name and the namespace, and that the resource is installed in the cluster.",
  409: "Read the object again and repeat the change on what it is now.",
  410: "List again: the version asked for is no longer kept.",
  429: "Wait and try again; the server has too much to do or a disruption budget forbids it.",
};

function fixFor(code: number): string {
  const fix = FIXES[code];
  if (fix !== undefined) return fix;
  return code >= 500 || code === 0
    ? "Try again; if it stays, look into the log of the API server."
    : "Correct the request as the message says.";
}
