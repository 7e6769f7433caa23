import { expect, test } from "vitest";
import { formatIp, parseIp } from "./ip.ts";

test.each(["10.0.1.10", "2600:1f14::5", "::", "0.0.0.0"])("%s is read and written", (text) => {
  const ip = parseIp(text);
  expect(ip === undefined ? undefined : formatIp(ip)).toBe(text);
});

test.each(["10.0.1", "2600::1::2", "", "pod"])("%j is no address", (text) => {
  expect(parseIp(text)).toBeUndefined();
});
