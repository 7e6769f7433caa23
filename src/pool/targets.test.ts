import { describe, expect, test } from "vitest";
import { type PoolSettings, poolSettings } from "./settings.ts";
import { blocksOver, blocksWanted, ipBalance, isTooLow, targetMode } from "./targets.ts";
import type { PoolStats } from "./views.ts";

function settingsOf(given: Partial<PoolSettings>): PoolSettings {
  return poolSettings({ policy: "stock", maxEnis: 4, slotsPerEni: 14, maxPods: 500, ...given });
}

function statsOf(total: number, used: number, prefixes = 0, freePrefixes = 0): PoolStats {
  const available = total - used;
  const none = { cooling: 0, elsewhere: 0 };
  return { enis: 1, total, assigned: used, available, prefixes, freePrefixes, ...none };
}

test.each([
  { given: {}, mode: "enis" },
  { given: { unit: "prefix" }, mode: "prefixes" },
  { given: { warmIpTarget: 1 }, mode: "ips" },
  { given: { minimumIpTarget: 1 }, mode: "ips" },
  { given: { unit: "prefix", minimumIpTarget: 1 }, mode: "ips" },
  { given: { networkCard: 1 }, mode: "ips" },
] as const)(
  "R-WARM-3: an IP target goes before warm ENIs and prefixes: $given is $mode",
  ({ given, mode }) => {
    expect(targetMode(settingsOf(given))).toBe(mode);
  },
);

describe("too low", () => {
  test.each([
    { slots: 14, warmEni: 1, warmIp: 0, total: 0, used: 0, low: true },
    { slots: 14, warmEni: 0, warmIp: 0, total: 0, used: 0, low: true },
    { slots: 14, warmEni: 0, warmIp: 3, total: 0, used: 0, low: true },
    { slots: 3, warmEni: 1, warmIp: 1, total: 3, used: 0, low: false },
    { slots: 3, warmEni: 1, warmIp: 0, total: 3, used: 1, low: true },
    { slots: 3, warmEni: 0, warmIp: 0, total: 3, used: 1, low: false },
    { slots: 3, warmEni: 1, warmIp: 0, total: 3, used: 3, low: true },
    { slots: 3, warmEni: 0, warmIp: 0, total: 3, used: 3, low: true },
    { slots: 3, warmEni: 0, warmIp: 5, total: 3, used: 3, maxPods: 3, low: false },
    { slots: 10, warmEni: 2, warmIp: 0, total: 10, used: 0, maxPods: 100, low: true },
    { slots: 10, warmEni: 2, warmIp: 0, total: 20, used: 0, maxPods: 100, low: false },
  ])(
    "$slots slots, $warmEni warm ENIs, $warmIp warm addresses, $used of $total used: $low",
    ({ slots, warmEni, warmIp, total, used, low, maxPods = 500 }) => {
      const settings = settingsOf({
        slotsPerEni: slots,
        warmEniTarget: warmEni,
        warmIpTarget: warmIp,
        maxPods,
      });
      expect(isTooLow(settings, statsOf(total, used))).toBe(low);
    },
  );

  test.each([
    { warm: 1, prefixes: 0, used: 0, low: true },
    { warm: 0, prefixes: 0, used: 0, low: true },
    { warm: 1, prefixes: 1, used: 0, low: false },
    { warm: 1, prefixes: 1, used: 1, low: true },
    { warm: 0, prefixes: 1, used: 1, low: false },
    { warm: 1, prefixes: 1, used: 3, low: true },
    { warm: 0, prefixes: 1, used: 3, low: false },
    { warm: 1, prefixes: 1, used: 3, maxPods: 4, low: false },
  ])(
    "R-WARM-4: $warm warm prefixes, $prefixes held, $used addresses used: $low",
    ({ warm, prefixes, used, low, maxPods = 500 }) => {
      const settings = settingsOf({
        unit: "prefix",
        slotsPerEni: 16,
        warmPrefixTarget: warm,
        maxPods,
      });
      const stats = statsOf(prefixes * 16, used, prefixes, used === 0 ? prefixes : prefixes - 1);
      expect(isTooLow(settings, stats)).toBe(low);
    },
  );

  test("free addresses of partly used prefixes count, although no prefix is free", () => {
    const settings = settingsOf({ unit: "prefix" });
    expect(isTooLow(settings, statsOf(32, 6, 2, 0))).toBe(false);
    expect(blocksWanted(settings, statsOf(32, 30, 2, 0))).toBe(1);
  });
});

describe("short and over", () => {
  test.each([
    { warm: 5, min: 0, total: 0, used: 0, short: 5, over: 0 },
    { warm: 5, min: 0, total: 2, used: 0, short: 3, over: 0 },
    { warm: 5, min: 0, total: 5, used: 0, short: 0, over: 0 },
    { warm: 1, min: 0, total: 4, used: 2, short: 0, over: 1 },
    { warm: 2, min: 5, total: 3, used: 0, short: 2, over: 0 },
    { warm: 2, min: 5, total: 12, used: 3, short: 0, over: 7 },
    { warm: 1, min: 12, total: 14, used: 9, short: 0, over: 2 },
    { warm: 0, min: 30, total: 30, used: 30, short: 0, over: 0 },
  ])(
    "addresses: $warm warm, at least $min, $used of $total used",
    ({ warm, min, total, used, short, over }) => {
      const settings = settingsOf({ warmIpTarget: warm, minimumIpTarget: min });
      expect(ipBalance(settings, statsOf(total, used))).toEqual({ short, over });
    },
  );

  test.each([
    { warm: 5, min: 0, total: 0, used: 0, prefixes: 0, free: 0, short: 1, over: 0 },
    { warm: 5, min: 0, total: 32, used: 0, prefixes: 2, free: 2, short: 0, over: 1 },
    { warm: 5, min: 0, total: 16, used: 0, prefixes: 1, free: 1, short: 0, over: 0 },
    { warm: 16, min: 0, total: 16, used: 1, prefixes: 1, free: 0, short: 1, over: 0 },
    { warm: 16, min: 0, total: 32, used: 1, prefixes: 2, free: 1, short: 0, over: 0 },
    { warm: 7, min: 20, total: 0, used: 0, prefixes: 0, free: 0, short: 2, over: 0 },
    { warm: 5, min: 10, total: 48, used: 10, prefixes: 3, free: 2, short: 0, over: 2 },
    { warm: 15, min: 0, total: 48, used: 3, prefixes: 3, free: 0, short: 0, over: 0 },
  ])(
    "prefixes: $warm warm, at least $min, $used of $total used, $free of $prefixes prefixes free",
    ({ warm, min, total, used, prefixes, free, short, over }) => {
      const settings = settingsOf({ unit: "prefix", warmIpTarget: warm, minimumIpTarget: min });
      expect(ipBalance(settings, statsOf(total, used, prefixes, free))).toEqual({ short, over });
    },
  );

  test("on network card 1 the stock plugin counts addresses where it should count prefixes", () => {
    const stats = statsOf(16, 0, 1, 1);
    const card1 = { unit: "prefix", networkCard: 1 } as const;
    expect(ipBalance(settingsOf(card1), stats)).toEqual({ short: 0, over: 15 });
    expect(ipBalance(settingsOf({ ...card1, policy: "berth" }), stats)).toEqual({
      short: 0,
      over: 0,
    });
  });
});

describe("blocks over", () => {
  test.each([
    { policy: "stock", warm: 1, free: 3, over: 2 },
    { policy: "berth", warm: 1, free: 3, over: 2 },
    { policy: "stock", warm: 0, free: 1, over: 1 },
    { policy: "berth", warm: 0, free: 1, over: 0 },
    { policy: "berth", warm: 0, free: 2, over: 1 },
    { policy: "berth", warm: 0, free: 0, over: 0 },
    { policy: "stock", warm: 2, free: 1, over: 0 },
  ] as const)(
    "$policy, $warm warm prefixes and $free free: $over go back",
    ({ policy, warm, free, over }) => {
      const settings = settingsOf({ policy, unit: "prefix", warmPrefixTarget: warm });
      const stats = statsOf(64, 64 - free * 16, 4, free);
      expect(blocksOver(settings, stats)).toBe(over);
    },
  );

  test("with warm ENIs as the target single addresses never go back", () => {
    expect(blocksOver(settingsOf({}), statsOf(56, 0))).toBe(0);
  });
});
