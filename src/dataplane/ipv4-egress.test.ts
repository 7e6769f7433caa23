import { expect, test } from "vitest";
import { formatIpv4 } from "../net/index.ts";
import { egressAddressesFrom } from "./ipv4-egress.ts";
import { ip } from "./testing/values.ts";

test("pods' egress addresses are tried from their own on, each once, and never the gateway's", () => {
  const all = egressAddressesFrom(ip("169.254.172.3"));
  expect(all.slice(0, 2).map(formatIpv4)).toEqual(["169.254.172.3", "169.254.172.4"]);
  expect(all.slice(-3).map(formatIpv4)).toEqual([
    "169.254.175.253",
    "169.254.175.254",
    "169.254.172.2",
  ]);
  expect(new Set(all).size).toBe(1021);
});
