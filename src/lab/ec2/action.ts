import type { Params } from "./params.ts";
import type { XmlStruct } from "./xml.ts";

/** One EC2 action, as data: what it takes, what kind of call it is, and what it does to a world `W`. */
export interface Action<W> {
  readonly name: string;
  /** `read` changes nothing; `change` may. Latency and the log go by it. */
  readonly kind: "read" | "change";
  /** Top-level parameters that must be sent (a list or a structure counts when it has a member). */
  readonly required: readonly string[];
  /** Top-level parameters that may be sent, besides those every action takes. */
  readonly optional: readonly string[];
  /** Actions without a `DryRun` parameter refuse it as unknown. */
  readonly dryRun: boolean;
  /** STS replies are shaped otherwise; left out, it is an action of EC2. */
  readonly service?: "sts";
  /** Does it, and returns the children of the reply. Throws `Ec2Fault`, and then nothing has changed. */
  readonly run: (call: Call<W>) => XmlStruct;
}

/** What an action works on. */
export interface Call<W> {
  readonly params: Params;
  readonly world: W;
  /** The time of the call, milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The actions of an API by name. */
export type ActionTable<W> = ReadonlyMap<string, Action<W>>;

/** Builds the table; a name that occurs twice is a bug. */
export function actionTable<W>(actions: readonly Action<W>[]): ActionTable<W> {
  return new Map(actions.map((action) => [action.name, action]));
}

/** The reply of actions that have nothing to tell. */
export const DONE: XmlStruct = { return: true };
