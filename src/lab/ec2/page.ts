import { Ec2Fault } from "./fault.ts";
import type { Params } from "./params.ts";

/** What one Describe action allows for `MaxResults`, and what identifies an item of its list. */
export interface PageRule<T> {
  readonly min: number;
  readonly max: number;
  /** The key of an item: unique in the list. Pages are cut along its order, so that items that come and go between two calls shift nothing. */
  readonly keyOf: (item: T) => string;
}

/** The part of a list that one reply carries. Without a `nextToken` it is the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * Cuts a list by `MaxResults` and `NextToken`; without either it is the whole list.
 * Throws `InvalidParameterValue` for a size out of range and `InvalidNextToken` for a token not given out.
 */
export function pageOf<T>(
  items: readonly T[],
  { params, rule }: { readonly params: Params; readonly rule: PageRule<T> },
): Page<T> {
  const size = readSize(params, rule);
  const token = params.text("NextToken");
  if (size === undefined && (token === undefined || token === ""))
    return { items, nextToken: undefined };

  const action = params.required("Action");
  const sorted = items.toSorted((a, b) => (rule.keyOf(a) < rule.keyOf(b) ? -1 : 1));
  const after = token === undefined || token === "" ? undefined : readToken(token, action);
  const rest = after === undefined ? sorted : sorted.filter((item) => rule.keyOf(item) > after);
  const page = rest.slice(0, size ?? rule.max);
  const last = page.at(-1);
  const more = page.length < rest.length && last !== undefined;
  return {
    items: page,
    nextToken: more ? writeToken(rule.keyOf(last), action) : undefined,
  };
}

function readSize<T>(params: Params, { min, max }: PageRule<T>): number | undefined {
  const size = params.int("MaxResults");
  if (size !== undefined && (size < min || size > max)) {
    throw new Ec2Fault(
      "InvalidParameterValue",
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${min} and ${max}.`,
    );
  }
  return size;
}

function writeToken(key: string, action: string): string {
  return Buffer.from(JSON.stringify([action, key])).toString("base64url");
}

function readToken(token: string, action: string): string {
  const key = decodeToken(token, action);
  if (key === undefined) {
    throw new Ec2Fault(
      "InvalidNextToken",
      `The pagination token '${token}' is not one of ${action}`,
    );
  }
  return key;
}

function decodeToken(token: string, action: string): string | undefined {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (!Array.isArray(decoded)) return undefined;
    const [tokenAction, key] = decoded as readonly unknown[];
    return tokenAction === action && typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}
