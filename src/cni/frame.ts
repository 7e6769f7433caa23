/** What the relay passes on: its CNI_* environment and its standard input. */
export interface CniCall {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/** What the relay does with the answer: prints `stdout` and exits with `status`. */
export interface CniReply {
  readonly status: number;
  readonly stdout: string;
}

/** Frames longer than this are refused; a network configuration is a few kilobytes. */
export const FRAME_MAX_BYTES: number = 16 * 1024 * 1024;

const LENGTH_BYTES = 4;

/** A call as the relay writes it: 32-bit big-endian length, `KEY=VALUE\0` for each variable, `\0`, then stdin. */
export function encodeCall({ env, stdin }: CniCall): Buffer {
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}\0`);
  const payload = Buffer.from(`${variables.join("")}\0${stdin}`);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

/**
 * The call in the bytes received so far: `incomplete` until all of it is there, `malformed` when it can never
 * become one. Bytes after the first call are ignored: a connection carries one.
 */
export function decodeCall(received: Buffer): CniCall | "incomplete" | "malformed" {
  if (received.length < LENGTH_BYTES) return "incomplete";
  const length = received.readUInt32BE(0);
  if (length > FRAME_MAX_BYTES) return "malformed";
  if (received.length < LENGTH_BYTES + length) return "incomplete";
  return decodePayload(received.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
}

function decodePayload(payload: Buffer): CniCall | "malformed" {
  const env: Record<string, string> = {};
  let start = 0;
  for (;;) {
    const end = payload.indexOf(0, start);
    if (end === -1) return "malformed";
    if (end === start) return { env, stdin: payload.toString("utf8", end + 1) };
    const entry = payload.toString("utf8", start, end);
    const equals = entry.indexOf("=");
    if (equals <= 0) return "malformed";
    env[entry.slice(0, equals)] = entry.slice(equals + 1);
    start = end + 1;
  }
}

/** A reply as the relay reads it: 32-bit big-endian exit status, 32-bit big-endian length, bytes for stdout. */
export function encodeReply({ status, stdout }: CniReply): Buffer {
  const text = Buffer.from(stdout);
  const head = Buffer.alloc(2 * LENGTH_BYTES);
  head.writeUInt32BE(status, 0);
  head.writeUInt32BE(text.length, LENGTH_BYTES);
  return Buffer.concat([head, text]);
}

/** The reply in the bytes received so far, or undefined while some are missing. */
export function decodeReply(received: Buffer): CniReply | undefined {
  if (received.length < 2 * LENGTH_BYTES) return undefined;
  const end = 2 * LENGTH_BYTES + received.readUInt32BE(LENGTH_BYTES);
  if (received.length < end) return undefined;
  return {
    status: received.readUInt32BE(0),
    stdout: received.toString("utf8", 2 * LENGTH_BYTES, end),
  };
}
