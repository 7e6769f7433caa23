import { BerthError } from "../base/index.ts";

/** The `details` of a Kubernetes `Status`. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly { reason?: string; message?: string; field?: string }[];
  readonly retryAfterSeconds?: number;
}

/** What an answer other than 2xx said, or why there was none. */
export interface KubeErrorParts {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** The `reason` of the `Status`: `NotFound`, `Conflict`, …; `Unreachable` or `TimedOut` if there was no answer. */
  readonly reason: string;
  readonly message: string;
  readonly fix: string;
  readonly details?: StatusDetails | undefined;
  readonly cause?: unknown;
}

/** A request to the Kubernetes API that failed. `code` is `kube` followed by the reason, `kubeNotFound`. */
export class KubeError extends BerthError {
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor({ status, reason, message, fix, details, cause }: KubeErrorParts) {
    super(`kube${reason}`, message, { fix, facts: { status, reason }, cause });
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/** The object, or the whole resource, does not exist. */
export function isNotFound(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 404;
}

/** The object has changed since it was read (409 `Conflict`). */
export function isConflict(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 409 && error.reason !== "AlreadyExists";
}

/** Another object has that name (409 `AlreadyExists`). */
export function isAlreadyExists(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === "AlreadyExists";
}

/** The version asked for is too old (410 `Expired` or `Gone`). */
export function isGone(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 410;
}
