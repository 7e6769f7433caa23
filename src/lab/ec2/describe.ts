import type { Action, Call } from "./action.ts";
import { Ec2Fault } from "./fault.ts";
import { type FilterPaths, readFilters } from "./filters.ts";
import { pageOf } from "./page.ts";
import type { Params } from "./params.ts";
import type { XmlStruct } from "./xml.ts";

/** What makes a Describe action: its list, its filters and its pages. */
export interface Describe<W> {
  readonly name: string;
  /** The element that holds the list, `networkInterfaceSet`. */
  readonly set: string;
  /** The parameter that takes ids or names, if any: `NetworkInterfaceId`. */
  readonly ids?: string;
  /** Parameters taken besides ids, filters and paging. */
  readonly optional?: readonly string[];
  readonly required?: readonly string[];
  readonly filters: FilterPaths;
  /** Sizes that `MaxResults` may have; left out: the action has no pages. */
  readonly pageSize?: readonly [min: number, max: number];
  /** Whether a page size together with ids is refused (`InvalidParameterCombination`). */
  readonly pagesExcludeIds?: boolean;
  /** The path in an item to what identifies it, one element name or several. */
  readonly key: readonly string[];
  /** The items asked for by `ids` (all of them when it is empty). Throws `….NotFound`. */
  readonly items: (call: Call<W>, ids: readonly string[]) => readonly XmlStruct[];
  /** What the filters look at in place of an item; left out: the item. */
  readonly filtered?: (item: XmlStruct) => XmlStruct;
}

/** A Describe action, in full. */
export function describeAction<W>(describe: Describe<W>): Action<W> {
  const { name, ids, optional = [], required = [], pageSize } = describe;
  const paging = pageSize === undefined ? [] : ["MaxResults", "NextToken"];
  return {
    name,
    kind: "read",
    required,
    optional: [...optional, ...(ids === undefined ? [] : [ids]), "Filter", ...paging],
    dryRun: true,
    run: (call) => runDescribe(describe, call),
  };
}

function runDescribe<W>(describe: Describe<W>, call: Call<W>): XmlStruct {
  const { params } = call;
  const ids = describe.ids === undefined ? [] : params.list(describe.ids);
  if (describe.pagesExcludeIds === true) refusePagesOfIds(params, describe.ids ?? "");
  const condition = readFilters(params, describe.filters);
  const filtered = describe.filtered ?? ((item: XmlStruct): XmlStruct => item);
  const found = describe.items(call, ids).filter((item) => condition(filtered(item)));
  if (describe.pageSize === undefined) return { [describe.set]: found };
  const [min, max] = describe.pageSize;
  const rule = { min, max, keyOf: (item: XmlStruct) => keyOf(item, describe.key) };
  const { items, nextToken } = pageOf(found, { params, rule });
  return { [describe.set]: items, nextToken };
}

/** Throws `InvalidParameterCombination` when a page size is sent together with ids. */
export function refusePagesOfIds(params: Params, ids: string): void {
  if (!params.has(ids) || !params.has("MaxResults")) return;
  throw new Ec2Fault(
    "InvalidParameterCombination",
    `The parameter ${ids} cannot be used with the parameter maxResults`,
  );
}

function keyOf(item: XmlStruct, key: readonly string[]): string {
  return key.map((name) => JSON.stringify(item[name])).join("\n");
}
