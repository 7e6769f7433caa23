import { Ec2Fault } from "./fault.ts";
import type { Params } from "./params.ts";
import type { XmlStruct } from "./xml.ts";

// SDKs repeat a call within seconds; EC2 promises to remember a token for at least some hours.
const REMEMBERED_MAX = 10_000;

/**
 * The replies given to requests with a `ClientToken`, so that a repeated request gets the same reply
 * and changes nothing (EC2 API reference, "Ensuring idempotency").
 */
export class ClientTokens {
  readonly #replies = new Map<string, { request: string; reply: XmlStruct }>();

  /**
   * Runs the request unless its token was seen before. Throws `IdempotentParameterMismatch` when the
   * token comes back with other parameters. A request that failed is not remembered.
   */
  once(params: Params, run: () => XmlStruct): XmlStruct {
    const token = params.text("ClientToken");
    if (token === undefined || token === "") return run();
    const key = `${params.required("Action")} ${token}`;
    const request = params.canonical(["ClientToken", "Version"]);
    const known = this.#replies.get(key);
    if (known === undefined) {
      const reply = run();
      this.#remember(key, { request, reply });
      return reply;
    }
    if (known.request !== request) {
      throw new Ec2Fault(
        "IdempotentParameterMismatch",
        `The client token '${token}' was used before with different parameters`,
      );
    }
    return known.reply;
  }

  #remember(key: string, entry: { request: string; reply: XmlStruct }): void {
    this.#replies.set(key, entry);
    const oldest = this.#replies.keys().next();
    if (this.#replies.size > REMEMBERED_MAX && oldest.done !== true)
      this.#replies.delete(oldest.value);
  }
}
