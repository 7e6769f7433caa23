import type { FieldCause } from "../kinds/field-error.ts";
import { invalidMessage } from "../kinds/field-error.ts";

/** The body of every answer that is not a success, and of some that are (meta/v1 Status). */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** Which object a Status is about, and why. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural of the resource; of an invalid object its kind. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** One cause of a failure. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Which resource an error is about. */
export interface About {
  readonly group: string;
  readonly plural: string;
}

/** A request that gets an answer other than a success, in the words of the real server. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** Further metadata of the Status: the token with which an expired list may go on. */
  readonly metadata: Readonly<Record<string, unknown>>;

  constructor(
    head: { readonly code: number; readonly reason: string },
    message: string,
    details?: StatusDetails,
    metadata: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = head.code;
    this.reason = head.reason;
    this.details = details;
    this.metadata = metadata;
  }

  /** As it is sent. */
  get body(): Status {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.metadata,
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: "BadRequest" }, message);
}

/** 401 for somebody who shows neither a certificate nor a token that the server knows. */
export function unauthorized(): StatusError {
  return new StatusError({ code: 401, reason: "Unauthorized" }, "Unauthorized");
}

/** 404 for an object. */
export function notFound(about: About, name: string): StatusError {
  const message = `${qualified(about)} ${JSON.stringify(name)} not found`;
  return new StatusError({ code: 404, reason: "NotFound" }, message, detailsOf(about, name));
}

/** 404 for a path that means nothing. */
export function unknownPath(): StatusError {
  const message = "the server could not find the requested resource";
  return new StatusError({ code: 404, reason: "NotFound" }, message, {});
}

/** 405. */
export function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError({ code: 405, reason: "MethodNotAllowed" }, message, {});
}

/** 406; `served` are media types. */
export function notAcceptable(served: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${served.join(", ")}`;
  return new StatusError({ code: 406, reason: "NotAcceptable" }, message);
}

/** 415; `accepted` are media types. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return new StatusError({ code: 415, reason: "UnsupportedMediaType" }, message);
}

/** 409 for a stale version and the like; `why` is a sentence. */
export function conflict(about: About, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(about)} ${JSON.stringify(name)}: ${why}`;
  return new StatusError({ code: 409, reason: "Conflict" }, message, detailsOf(about, name));
}

/** 409 for a name that is taken. */
export function alreadyExists(about: About, name: string): StatusError {
  const message = `${qualified(about)} ${JSON.stringify(name)} already exists`;
  return new StatusError({ code: 409, reason: "AlreadyExists" }, message, detailsOf(about, name));
}

/** 403. */
export function forbidden(
  about: About,
  name: string,
  why: { readonly message: string; readonly causes?: readonly StatusCause[] },
): StatusError {
  const message = `${qualified(about)} ${JSON.stringify(name)} is forbidden: ${why.message}`;
  return new StatusError({ code: 403, reason: "Forbidden" }, message, {
    ...detailsOf(about, name),
    ...(why.causes === undefined ? {} : { causes: why.causes }),
  });
}

/** 422 with the refused fields; `about.kind` is the kind. */
export function invalidObject(
  about: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly FieldCause[],
): StatusError {
  const kind = about.group === "" ? about.kind : `${about.kind}.${about.group}`;
  return new StatusError({ code: 422, reason: "Invalid" }, invalidMessage(kind, name, causes), {
    ...(name === "" ? {} : { name }),
    ...(about.group === "" ? {} : { group: about.group }),
    kind: about.kind,
    causes,
  });
}

/** 410 for a version whose changes are forgotten. */
export function expired(
  message: string,
  metadata?: Readonly<Record<string, unknown>>,
): StatusError {
  return new StatusError({ code: 410, reason: "Expired" }, message, undefined, metadata);
}

/** 504 for a version that does not exist yet. */
export function tooLargeVersion(version: number, current: number): StatusError {
  const message = `Too large resource version: ${version}, current: ${current}`;
  return new StatusError({ code: 504, reason: "Timeout" }, message, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
}

/** 429; clients wait that long before they try again. */
export function tooManyRequests(message: string, details: StatusDetails): StatusError {
  return new StatusError({ code: 429, reason: "TooManyRequests" }, message, details);
}

/** 500 with a text of somebody else. */
export function internalError(message: string): StatusError {
  const text = `Internal error occurred: ${message}`;
  return new StatusError({ code: 500, reason: "InternalError" }, text, { causes: [{ message }] });
}

/** `pods`, `deployments.apps`. */
export function qualified({ group, plural }: About): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function detailsOf({ group, plural }: About, name: string): StatusDetails {
  return { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: plural };
}
