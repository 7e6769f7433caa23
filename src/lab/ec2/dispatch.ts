import type { Action, ActionTable } from "./action.ts";
import type { ClientTokens } from "./client-tokens.ts";
import { Ec2Fault, missingParameter } from "./fault.ts";
import type { Params } from "./params.ts";
import type { Throttle } from "./throttle.ts";
import type { XmlStruct } from "./xml.ts";

/** What stands between a request and its action. */
export interface Dispatch<W> {
  readonly actions: ActionTable<W>;
  /** The world, brought to that time. */
  readonly worldAt: (nowMs: number) => W;
  /** Undefined: requests aren't limited. */
  readonly throttle: Throttle | undefined;
  readonly tokens: ClientTokens;
}

const COMMON = ["Action", "Version"];

/** The action that a request names. Throws `MissingAction` or `InvalidAction`. */
export function actionOf<W>(actions: ActionTable<W>, params: Params): Action<W> {
  const name = params.text("Action");
  if (name === undefined || name === "") {
    throw new Ec2Fault("MissingAction", "The request must contain the parameter Action");
  }
  const action = actions.get(name);
  if (action === undefined) {
    throw new Ec2Fault("InvalidAction", `The action ${name} is not valid for this web service.`);
  }
  return action;
}

/**
 * Performs one request: throttle, shape of the parameters, dry run, client token, action, in EC2's order.
 * Throws `Ec2Fault`.
 */
export function dispatch<W>(
  { worldAt, throttle, tokens }: Dispatch<W>,
  { action, params, nowMs }: { action: Action<W>; params: Params; nowMs: number },
): XmlStruct {
  throttle?.take(action.name, { params, nowMs });
  checkNames(action, params);
  if (params.bool("DryRun") === true) {
    throw new Ec2Fault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  }
  return tokens.once(params, () => action.run({ params, world: worldAt(nowMs), nowMs }));
}

function checkNames<W>({ required, optional, dryRun }: Action<W>, params: Params): void {
  const known = new Set([...COMMON, ...required, ...optional, ...(dryRun ? ["DryRun"] : [])]);
  const names = params.names();
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new Ec2Fault("UnknownParameter", `The parameter ${unknown} is not recognized`);
  }
  const missing = required.find((name) => !names.includes(name) || params.text(name) === "");
  if (missing !== undefined) throw missingParameter(missing);
}
