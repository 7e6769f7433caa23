import type { Random } from "../../base/index.ts";
import type { InstanceId } from "../../facts/index.ts";

/** The longest life of a session token, seconds (EC2 user guide, "Use the Instance Metadata Service"). */
export const TOKEN_TTL_S_MAX = 21_600;

/** The session tokens given out by IMDSv2. A token is good for the instance that asked for it, until it expires. */
export class Sessions {
  readonly #random: Random;
  readonly #tokens = new Map<string, { instance: InstanceId; untilMs: number }>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Opens a session of `ttlS` seconds and returns its token. */
  open(instance: InstanceId, { ttlS, nowMs }: { ttlS: number; nowMs: number }): string {
    this.#forgetExpired(nowMs);
    const bytes = Uint8Array.from({ length: 40 }, () => this.#random.below(256));
    const token = Buffer.from(bytes).toString("base64url") + "==";
    this.#tokens.set(token, { instance, untilMs: nowMs + ttlS * 1000 });
    return token;
  }

  /** Whether the token may be used by the instance now. */
  accepts(token: string, { instance, nowMs }: { instance: InstanceId; nowMs: number }): boolean {
    const session = this.#tokens.get(token);
    return session !== undefined && session.instance === instance && nowMs < session.untilMs;
  }

  #forgetExpired(nowMs: number): void {
    for (const [token, { untilMs }] of this.#tokens) {
      if (untilMs <= nowMs) this.#tokens.delete(token);
    }
  }
}

/** Reads the header that asks for a session's length: 1 … 21600 seconds, or undefined when it is wrong or absent. */
export function readTtlS(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,5}$/.test(header)) return undefined;
  const ttlS = Number(header);
  return ttlS >= 1 && ttlS <= TOKEN_TTL_S_MAX ? ttlS : undefined;
}
