/** What of a log is asked for. */
export interface LogRequest {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Undefined for all. */
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Milliseconds since 1970. */
  readonly sinceMs: number | undefined;
}

/** Reads the query of a log request (PodLogOptions). Throws a RangeError that says which value is wrong. */
export function readLogRequest(query: URLSearchParams, nowMs: number): LogRequest {
  const sinceSeconds = count(query, "sinceSeconds");
  const sinceTime = query.get("sinceTime");
  let sinceMs: number | undefined;
  if (sinceSeconds !== undefined) sinceMs = nowMs - sinceSeconds * 1000;
  else if (sinceTime !== null && sinceTime !== "") sinceMs = Date.parse(sinceTime);
  if (Number.isNaN(sinceMs)) throw new RangeError(`invalid sinceTime: ${sinceTime ?? ""}`);
  return {
    follow: flag(query, "follow"),
    previous: flag(query, "previous"),
    timestamps: flag(query, "timestamps"),
    tailLines: count(query, "tailLines"),
    limitBytes: count(query, "limitBytes"),
    sinceMs,
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === "true" || value === "1";
}

function count(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  if (!/^\d+$/.test(value)) throw new RangeError(`invalid ${name}: ${value}`);
  return Number(value);
}
