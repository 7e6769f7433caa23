import { FAMILY, type Family } from "./codec/ip.ts";
import {
  deleteRuleRequest,
  dumpRulesRequest,
  newRuleRequest,
  parseRule,
  type Rule,
  type RuleMatch,
} from "./codec/rule-message.ts";
import { tolerate } from "./kernel-error.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";

/** Adds a rule. Returns false when an equal one was there. */
export function ensureRule(socket: NetlinkSocket, rule: Rule): boolean {
  return tolerate(["EEXIST"], () => {
    socket.request(newRuleRequest(rule));
  });
}

/** Deletes the first rule that has all that is given. Returns false when there was none. */
export function deleteRule(socket: NetlinkSocket, match: RuleMatch): boolean {
  return tolerate(["ENOENT"], () => {
    socket.request(deleteRuleRequest(match));
  });
}

/** Deletes every rule that has all that is given, and returns how many there were. */
export function deleteRules(socket: NetlinkSocket, match: RuleMatch): number {
  let count = 0;
  while (deleteRule(socket, match)) count++;
  return count;
}

/** The rules of a family, by priority. */
export function listRules(socket: NetlinkSocket, family: Family = FAMILY.ipv4): Rule[] {
  return socket.dump(dumpRulesRequest(family)).map(parseRule);
}
