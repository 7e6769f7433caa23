import fc from "fast-check";
import type { FailureReason } from "./failure.ts";
import type { PoolSettings } from "./settings.ts";

/** How many pods come and go. */
const PODS = 30;

/** For the tests of this room: what may happen to a node. */
export type Action =
  | { readonly do: "start" | "end" | "undoStart" | "undoEnd"; readonly pod: number }
  | { readonly do: "step"; readonly fault: Fault }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "restart"; readonly happened: boolean }
  | { readonly do: "observe" }
  | { readonly do: "configure"; readonly settings: Partial<PoolSettings> }
  | { readonly do: "meddle"; readonly how: "detach" | "unassign"; readonly nth: number }
  | { readonly do: "fragment" | "relieve"; readonly subnet: number };

/** A step works, fails, or fails although EC2 did it. */
export type Fault = { readonly reason: FailureReason; readonly happened: boolean } | undefined;

/** For the tests of this room: what a step can fail for. */
export const REASONS: readonly FailureReason[] = [
  ...(["subnetFull", "noFreeBlock", "perEniLimit", "attachmentLimit", "quota"] as const),
  ...(["throttled", "unauthorized", "notReady", "other"] as const),
];

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({ reason: fc.constantFrom(...REASONS), happened: fc.boolean() }),
  },
);

type Growing =
  | "unit"
  | "warmEniTarget"
  | "warmIpTarget"
  | "minimumIpTarget"
  | "warmPrefixTarget"
  | "prefixFallback"
  | "maxPods"
  | "customNetworking"
  | "trunkReserve";

/** For the tests of this room: settings that let a pool grow, each of all kinds. */
export const GROWING: { readonly [Key in Growing]: fc.Arbitrary<PoolSettings[Key]> } = {
  unit: fc.constantFrom("address", "prefix"),
  warmEniTarget: fc.nat(2),
  warmIpTarget: fc.nat(6),
  minimumIpTarget: fc.nat(9),
  warmPrefixTarget: fc.nat(2),
  prefixFallback: fc.constantFrom("singles", "singles", "none"),
  maxPods: fc.constantFrom(5, 12, 110),
  customNetworking: fc.constantFrom("off", "on"),
  trunkReserve: fc.constantFrom("none", "reserved"),
};

/** For the tests of this room: settings of all kinds. */
export const targets: fc.Arbitrary<Partial<PoolSettings>> = fc.record({
  ...GROWING,
  subnetDiscovery: fc.constantFrom("off", "on"),
  networkCard: fc.constantFrom(0, 0, 0, 1),
  growth: fc.constantFrom("allowed", "allowed", "paused"),
});

const pod = fc.nat(PODS - 1);

/** For the tests of this room: what may happen, the usual more often. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("start" as const), pod }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("end" as const), pod }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant("step" as const), fault }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      ms: fc.constantFrom(1, 500, 2_500, 5_000, 30_001, 61_000, 300_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("undoStart", "undoEnd"), pod }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("restart" as const), happened: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("observe" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("configure" as const), settings: targets }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("meddle" as const),
      how: fc.constantFrom("detach", "unassign"),
      nth: fc.nat(20),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("fragment", "fragment", "relieve"),
      subnet: fc.nat(1),
    }),
  },
);
