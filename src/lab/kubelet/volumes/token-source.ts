import { type KubeClient, SERVICE_ACCOUNTS } from "../../../kube-client/index.ts";
import { type Time, timeMs } from "../../../time/index.ts";

/** For whom a token is. */
export interface TokenWish {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
  readonly podName: string;
  readonly podUid: string;
}

interface Held {
  readonly token: string;
  readonly renewMs: number;
}

const DAY_MS = 86_400_000;
/** kubelet's token manager: a token is renewed after 80 % of its life, or a day. */
const LIFE_SHARE = 0.8;

/** Tokens of service accounts, bound to their pods; each is asked for once and renewed in time. */
export class TokenSource {
  readonly #client: KubeClient;
  readonly #time: Time;
  readonly #held = new Map<string, Held>();

  constructor(client: KubeClient, time: Time) {
    this.#client = client;
    this.#time = time;
  }

  /** A token that is good for a while. */
  async token(wish: TokenWish): Promise<string> {
    const { namespace, serviceAccount, audience, expirationSeconds, podName, podUid } = wish;
    const key = JSON.stringify([podUid, serviceAccount, audience, expirationSeconds]);
    const held = this.#held.get(key);
    const nowMs = this.#time.nowMs();
    if (held !== undefined && nowMs < held.renewMs) return held.token;
    const target = { namespace, name: serviceAccount, subresource: "token" } as const;
    const answer = (await this.#client.post(SERVICE_ACCOUNTS, target, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name: podName, uid: podUid },
      },
    })) as { readonly status: { readonly token: string; readonly expirationTimestamp?: string } };
    const { token, expirationTimestamp } = answer.status;
    const endMs = timeMs(expirationTimestamp) ?? nowMs + expirationSeconds * 1000;
    const renewMs = nowMs + Math.min((endMs - nowMs) * LIFE_SHARE, DAY_MS);
    this.#held.set(key, { token, renewMs });
    return token;
  }

  /** Forgets the tokens of a pod. */
  forget(podUid: string): void {
    for (const key of this.#held.keys()) {
      if ((JSON.parse(key) as string[])[0] === podUid) this.#held.delete(key);
    }
  }
}
