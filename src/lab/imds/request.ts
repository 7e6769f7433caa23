import type { IncomingHttpHeaders } from "node:http";
import type { InstanceId } from "../../facts/index.ts";
import type { MetadataOptions } from "../../vpc/index.ts";
import { readTtlS, type Sessions } from "./sessions.ts";
import { lookUp, type MetadataTree } from "./tree.ts";

/** One request to instance metadata, whose sender is already known. */
export interface MetadataRequest {
  readonly instance: InstanceId;
  readonly method: string;
  /** The path, still percent-encoded, with or without a query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly nowMs: number;
}

/** What is sent back. An undefined body is the standard error page of the status. */
export interface MetadataReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What the service answers from. */
export interface MetadataSource {
  readonly sessions: Sessions;
  /** Whether and how an instance is served. */
  readonly optionsOf: (
    instance: InstanceId,
  ) => Pick<MetadataOptions, "httpEndpoint" | "httpTokens">;
  /** Everything there is to read for an instance, from the root of the service. */
  readonly treeOf: (instance: InstanceId, nowMs: number) => MetadataTree;
}

const TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN_HEADER = "x-aws-ec2-metadata-token";

/** Answers a request as IMDSv2, and as IMDSv1 where that is allowed (EC2 user guide, "Use the Instance Metadata Service"). */
export function answerMetadata(source: MetadataSource, request: MetadataRequest): MetadataReply {
  if (source.optionsOf(request.instance).httpEndpoint === "disabled") return refuse(403);
  const names = namesOf(request.url);
  if (names === undefined) return refuse(400);
  if (names.join("/") === "latest/api/token") return openSession(source, request);
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
  if (!isAllowed(source, request)) return { status: 401, headers: {}, body: "" };
  const body = lookUp(source.treeOf(request.instance, request.nowMs), names);
  return body === undefined ? refuse(404) : { status: 200, headers: {}, body };
}

function openSession({ sessions }: MetadataSource, request: MetadataRequest): MetadataReply {
  const { instance, method, headers, nowMs } = request;
  if (method !== "PUT") return refuse(405);
  // A request that came through a proxy may not be the instance's own.
  if (headers["x-forwarded-for"] !== undefined) return refuse(403);
  const ttlS = readTtlS(headerText(headers[TTL_HEADER]));
  if (ttlS === undefined) return refuse(400);
  const body = sessions.open(instance, { ttlS, nowMs });
  return { status: 200, headers: { [TTL_HEADER]: String(ttlS) }, body };
}

function isAllowed({ sessions, optionsOf }: MetadataSource, request: MetadataRequest): boolean {
  const { httpTokens } = optionsOf(request.instance);
  const token = headerText(request.headers[TOKEN_HEADER]);
  return token === undefined ? httpTokens === "optional" : sessions.accepts(token, request);
}

function headerText(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}

// A version by date, or the oldest one.
const VERSION = /^(?:\d{4}-\d{2}-\d{2}|1\.0)$/;

/**
 * The decoded names of a path; slashes at the end, or doubled, count for nothing. Every version of the
 * service answers as the latest one.
 */
function namesOf(url: string): readonly string[] | undefined {
  const path = url.split("?", 1)[0] ?? "";
  try {
    return path
      .split("/")
      .filter((name) => name !== "")
      .map((name) => decodeURIComponent(name))
      .map((name, index) => (index === 0 && VERSION.test(name) ? "latest" : name));
  } catch {
    return undefined;
  }
}

function refuse(status: number): MetadataReply {
  return { status, headers: {}, body: undefined };
}
