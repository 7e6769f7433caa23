import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { Random } from "../../../base/index.ts";
import { newUid } from "../server/uid.ts";
import { authenticated, serviceAccountOf, type User } from "./user.ts";

/** Who issues the tokens, and for whom they are when nobody says. */
export const ISSUER = "https://kubernetes.default.svc.cluster.local";

const TOKENS_KNOWN = 10_000;

/** A token to be issued. */
export interface TokenOrder {
  readonly user: string;
  /** Of the service account. */
  readonly uid?: string;
  /** In the time of the cluster. */
  readonly nowMs: number;
  /** When it ends; never, if left out. */
  readonly untilMs?: number;
  /** Empty: the API server. */
  readonly audiences?: readonly string[];
}

interface Claims {
  readonly aud?: readonly string[];
  readonly exp?: number;
  readonly sub?: string;
  readonly "kubernetes.io"?: { readonly serviceaccount?: { readonly uid?: string } };
}

interface KnownToken {
  readonly user: User;
  readonly untilMs: number;
}

/** Issues bearer tokens (JWTs signed with ES256) and recognises them. */
export class Tokens {
  /** The private key, in PEM. With the same one, the tokens stay good. */
  readonly key: string;
  readonly #random: Random;
  // Checking a signature takes longer than answering a request; everybody sends the same token again and again.
  readonly #known = new Map<string, KnownToken>();

  constructor(key: string | undefined, random: Random) {
    this.key = key ?? newKey();
    this.#random = random;
  }

  issue({ user, uid, nowMs, untilMs, audiences }: TokenOrder): string {
    const account = serviceAccountOf(user);
    const issuedAt = Math.floor(nowMs / 1_000);
    const claims = {
      aud: this.audiences(audiences),
      ...(untilMs === undefined ? {} : { exp: Math.floor(untilMs / 1_000) }),
      iat: issuedAt,
      nbf: issuedAt,
      iss: ISSUER,
      jti: newUid(this.#random),
      sub: user,
      ...(account === undefined
        ? {}
        : {
            "kubernetes.io": {
              namespace: account.namespace,
              serviceaccount: { name: account.name, ...(uid === undefined ? {} : { uid }) },
            },
          }),
    };
    const signed = `${encode({ alg: "ES256", typ: "JWT" })}.${encode(claims)}`;
    const key = { key: createPrivateKey(this.key), dsaEncoding: "ieee-p1363" } as const;
    return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  }

  /** The audiences of a token for which these were asked. */
  audiences(wanted: readonly string[] = []): readonly string[] {
    return wanted.length === 0 ? [ISSUER] : wanted;
  }

  /** Who bears a token; undefined for one that is not of this server, or whose time is over. */
  recognise(token: string, nowMs: number): User | undefined {
    const known = this.#known.get(token) ?? this.#check(token);
    if (known === undefined || known.untilMs <= nowMs) return undefined;
    if (this.#known.size >= TOKENS_KNOWN) this.#known.clear();
    this.#known.set(token, known);
    return known.user;
  }

  #check(token: string): KnownToken | undefined {
    const [head = "", body = "", signature = "", ...rest] = token.split(".");
    if (rest.length > 0 || signature === "") return undefined;
    const key = { key: createPublicKey(this.key), dsaEncoding: "ieee-p1363" } as const;
    const signed = Buffer.from(`${head}.${body}`);
    if (!verify("sha256", signed, key, Buffer.from(signature, "base64url"))) return undefined;
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Claims;
    const { sub = "", exp, aud = [] } = claims;
    // A token for somebody else, such as a webhook, opens nothing here.
    if (!aud.includes(ISSUER)) return undefined;
    const uid = claims["kubernetes.io"]?.serviceaccount?.uid;
    const user = { ...authenticated(sub), ...(uid === undefined ? {} : { uid }) };
    return { user, untilMs: exp === undefined ? Infinity : exp * 1_000 };
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
