import { attributeText, attributeU32, parseAttributes, readU8 } from "./attributes.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  type Family,
  familyOf,
  formatPrefix,
  ipBytes,
  type Prefix,
  prefixFromBytes,
} from "./ip.ts";
import { FLAG, type NetlinkRequest, TYPE } from "./message.ts";

/** A rule of the routing policy: packets that match look in `table`. */
export interface Rule {
  readonly priority: number;
  readonly table: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
  /** The packet mark, under {@link mask}. */
  readonly mark?: number;
  /** All bits when left out. */
  readonly mask?: number;
  readonly inputLink?: string;
}

/** What a rule to delete must have; what is left out matches anything. Table 0 or none matches any table. */
export interface RuleMatch extends Partial<Rule> {
  /** Needed when neither `from` nor `to` tells it; IPv4 by default. */
  readonly family?: Family;
}

const FRA = {
  to: 1,
  from: 2,
  inputLink: 3,
  priority: 6,
  mark: 10,
  table: 15,
  mask: 16,
} as const;
const ACTION_TO_TABLE = 1;
const FAMILY_IPV4 = 2;

/** `struct fib_rule_hdr`: u8 family, dst_len, src_len, tos, table, two reserved, action; u32 flags. */
const RULE_HEADER_BYTES = 12;

/** Adds a rule. EEXIST when an equal one is there: without the exclusive flag the kernel would keep both. */
export function newRuleRequest(rule: Rule, family?: Family): NetlinkRequest {
  return {
    type: TYPE.newRule,
    flags: FLAG.create | FLAG.exclusive,
    body: writeRule(family === undefined ? rule : { ...rule, family }),
    what: `add rule ${describeRule(rule)}`,
  };
}

/** Deletes the first rule that has all that is given. ENOENT when there is none. */
export function deleteRuleRequest(match: RuleMatch): NetlinkRequest {
  return {
    type: TYPE.delRule,
    flags: 0,
    body: writeRule(match),
    what: `delete rule ${describeRule(match)}`,
  };
}

/** Asks for all rules of a family. */
export function dumpRulesRequest(family: Family): NetlinkRequest {
  const body = new ByteWriter()
    .u8(family)
    .zeros(RULE_HEADER_BYTES - 1)
    .finish();
  return { type: TYPE.getRule, flags: FLAG.dump, body, what: "list rules" };
}

/** Reads the body of RTM_NEWRULE. */
export function parseRule(body: Uint8Array): Rule {
  const attributes = parseAttributes(body.subarray(RULE_HEADER_BYTES));
  const to = attributes.get(FRA.to);
  const from = attributes.get(FRA.from);
  const mark = attributeU32(attributes, FRA.mark);
  const mask = attributeU32(attributes, FRA.mask);
  const inputLink = attributeText(attributes, FRA.inputLink);
  return {
    priority: attributeU32(attributes, FRA.priority) ?? 0,
    table: attributeU32(attributes, FRA.table) ?? readU8(body, 4),
    ...(from === undefined ? {} : { from: prefixFromBytes(from, readU8(body, 2)) }),
    ...(to === undefined ? {} : { to: prefixFromBytes(to, readU8(body, 1)) }),
    ...(mark === undefined ? {} : { mark }),
    ...(mask === undefined ? {} : { mask }),
    ...(inputLink === undefined ? {} : { inputLink }),
  };
}

/** The rule as `ip rule` would print it. */
export function describeRule({
  priority,
  from,
  to,
  mark,
  mask,
  inputLink,
  table,
}: RuleMatch): string {
  const maskText = mask === undefined ? "" : `/0x${mask.toString(16)}`;
  const parts = [
    ...(priority === undefined ? [] : [`${String(priority)}:`]),
    `from ${from === undefined ? "all" : formatPrefix(from)}`,
    ...(to === undefined ? [] : [`to ${formatPrefix(to)}`]),
    ...(mark === undefined ? [] : [`fwmark 0x${mark.toString(16)}${maskText}`]),
    ...(inputLink === undefined ? [] : [`iif ${inputLink}`]),
    ...(table === undefined ? [] : [`lookup ${String(table)}`]),
  ];
  return parts.join(" ");
}

function writeRule(rule: RuleMatch): Uint8Array {
  const { from, to, priority, mark, mask, inputLink, table = 0 } = rule;
  const selector = from ?? to;
  const family = selector === undefined ? (rule.family ?? FAMILY_IPV4) : familyOf(selector.base);
  const writer = new ByteWriter()
    .u8(family)
    .u8(to?.bits ?? 0)
    .u8(from?.bits ?? 0)
    .u8(0);
  writer
    .u8(table < 256 ? table : 0)
    .u8(0)
    .u8(0)
    .u8(ACTION_TO_TABLE)
    .u32(0);
  if (to !== undefined && to.bits > 0) writer.attributeBytes(FRA.to, ipBytes(to.base));
  if (from !== undefined && from.bits > 0) writer.attributeBytes(FRA.from, ipBytes(from.base));
  if (inputLink !== undefined) writer.attributeText(FRA.inputLink, inputLink);
  if (priority !== undefined) writer.attributeU32(FRA.priority, priority);
  if (mark !== undefined) writer.attributeU32(FRA.mark, mark);
  if (mask !== undefined) writer.attributeU32(FRA.mask, mask);
  if (table >= 256) writer.attributeU32(FRA.table, table);
  return writer.finish();
}
