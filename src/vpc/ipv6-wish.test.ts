import { expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { addIpv6, parseCidr6 } from "../net/index.ts";
import { takeIpv6 } from "./ipv6-wish.ts";
import { SubnetIpv6 } from "./subnet-ipv6.ts";
import { codeOf } from "./test-region.ts";

test("prefixes fail as a whole when the /64 has too few left", () => {
  const random = newRandom(1);
  const eniId = newId("eni", random);
  const cidr = parseCidr6("2001:db8::/64");
  if (cidr === undefined) throw new Error("the test is wrong");
  const account = new SubnetIpv6(cidr);
  // All but one of the 65 534 that can be delegated.
  for (let index = 1n; index < 65_534n; index++) {
    account.holdPrefix(addIpv6(cidr.base, index << 48n), eniId);
  }
  const take = (prefixCount: number): string => {
    const wish = { addresses: [], addressCount: 0, prefixes: [], prefixCount };
    return codeOf(takeIpv6(account, { wish, eniId, random }));
  };
  expect([take(2), take(1), take(1)]).toEqual([
    "InsufficientCidrBlocks",
    "ok",
    "InsufficientCidrBlocks",
  ]);
});
