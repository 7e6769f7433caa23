import type { IncomingHttpHeaders } from "node:http";

/** Who a request says it is from. Signatures are read, not verified. */
export interface Caller {
  /** The access key id of the signature, or `anonymous`. */
  readonly accessKey: string;
  /** First product of the `User-Agent`, or empty. */
  readonly client: string;
  /** The attempt within one logical call of an SDK, from 1. */
  readonly attempt: number;
}

/** Reads the caller from the headers (Signature Version 4, and the retry headers of the AWS SDKs). */
export function readCaller(headers: IncomingHttpHeaders): Caller {
  const credential = /\bCredential=([^/,\s]+)/.exec(headers.authorization ?? "")?.[1];
  const attempt = /\battempt=(\d{1,4})/.exec(String(headers["amz-sdk-request"] ?? ""))?.[1];
  return {
    accessKey: credential ?? "anonymous",
    client: (headers["user-agent"] ?? "").split(" ", 1)[0] ?? "",
    attempt: Number(attempt ?? 1),
  };
}
