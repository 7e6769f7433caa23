import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Tokens } from "./tokens.ts";
import { ANONYMOUS, authenticated, type User } from "./user.ts";

const bearers = new WeakMap<object, User | undefined>();

/** Who sends a request: by a bearer token, else by the connection's client certificate, else nobody knows. */
export function identify(request: IncomingMessage, tokens: Tokens, nowMs: number): User {
  const { authorization } = request.headers;
  if (authorization?.startsWith("Bearer ") === true) {
    const user = tokens.recognise(authorization.slice("Bearer ".length).trim(), nowMs);
    if (user !== undefined) return user;
  }
  const { socket } = request;
  if (!bearers.has(socket)) bearers.set(socket, ofCertificate(socket));
  return bearers.get(socket) ?? ANONYMOUS;
}

function ofCertificate(socket: object): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate() as {
    subject?: { CN?: string; O?: string | string[] };
  };
  if (subject?.CN === undefined) return undefined;
  return authenticated(subject.CN, subject.O === undefined ? [] : [subject.O].flat());
}
