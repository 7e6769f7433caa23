import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import {
  cidrRange,
  formatCidr,
  formatIpv4,
  type Ipv4,
  parseCidr,
  parseIpv4,
  type Range,
  RangeSet,
  singleRange,
  toIpv4,
} from "./index.ts";

/** "10.0.0.0/24", "10.0.0.1" or "10.0.0.1-10.0.0.9". */
function range(text: string): Range {
  const cidr = parseCidr(text);
  if (cidr !== undefined) return cidrRange(cidr);
  const [first, last = first] = text.split("-").map(parseIpv4);
  if (first === undefined || last === undefined) throw new Error(`bad range in a test: ${text}`);
  return { first, last };
}

function written(set: RangeSet): string[] {
  return [...set.ranges()].map(({ first, last }) =>
    first === last ? formatIpv4(first) : `${formatIpv4(first)}-${formatIpv4(last)}`,
  );
}

const set = (...texts: string[]): RangeSet => new RangeSet(texts.map(range));
const at = (text: string): Ipv4 => range(text).first;

describe("adding and removing", () => {
  test.each([
    {
      name: "ranges apart stay apart, in order",
      add: ["10.0.0.20", "10.0.0.10"],
      remove: [],
      want: ["10.0.0.10", "10.0.0.20"],
    },
    {
      name: "ranges that touch become one",
      add: ["10.0.0.0/28", "10.0.0.32/28", "10.0.0.16/28"],
      remove: [],
      want: ["10.0.0.0-10.0.0.47"],
    },
    {
      name: "one that covers all swallows them",
      add: ["10.0.0.1", "10.0.0.5", "10.0.0.0/24"],
      remove: [],
      want: ["10.0.0.0-10.0.0.255"],
    },
    {
      name: "what is there already changes nothing",
      add: ["10.0.0.0/24", "10.0.0.7"],
      remove: [],
      want: ["10.0.0.0-10.0.0.255"],
    },
    {
      name: "a hole makes two",
      add: ["10.0.0.0/28"],
      remove: ["10.0.0.3"],
      want: ["10.0.0.0-10.0.0.2", "10.0.0.4-10.0.0.15"],
    },
    {
      name: "a cut over several ranges leaves the outer ends",
      add: ["10.0.0.0-10.0.0.9", "10.0.0.20-10.0.0.29", "10.0.0.40-10.0.0.49"],
      remove: ["10.0.0.5-10.0.0.44"],
      want: ["10.0.0.0-10.0.0.4", "10.0.0.45-10.0.0.49"],
    },
    {
      name: "removing what isn't there changes nothing",
      add: ["10.0.0.1", "10.0.0.9"],
      remove: ["10.0.0.2-10.0.0.8"],
      want: ["10.0.0.1", "10.0.0.9"],
    },
    {
      name: "the ends of the address space",
      add: ["0.0.0.0", "255.255.255.255", "255.255.255.254"],
      remove: ["0.0.0.0"],
      want: ["255.255.255.254-255.255.255.255"],
    },
    { name: "everything", add: ["0.0.0.0/0"], remove: ["0.0.0.0/0"], want: [] },
  ])("$name", ({ add, remove, want }) => {
    const subject = set(...add);
    for (const text of remove) subject.remove(range(text));
    expect(written(subject)).toEqual(want);
    expect(subject.rangeCount).toBe(want.length);
    expect(subject.count).toBe([...subject].length);
  });
});

describe("looking up", () => {
  const subject = set("10.0.0.4-10.0.0.9", "10.0.0.20");

  test("the lowest address from a place on", () => {
    expect(subject.first()).toBe(at("10.0.0.4"));
    expect(subject.first(at("10.0.0.6"))).toBe(at("10.0.0.6"));
    expect(subject.first(at("10.0.0.10"))).toBe(at("10.0.0.20"));
    expect(subject.first(at("10.0.0.21"))).toBeUndefined();
  });

  test("the address at a position", () => {
    expect(subject.at(0)).toBe(at("10.0.0.4"));
    expect(subject.at(5)).toBe(at("10.0.0.9"));
    expect(subject.at(6)).toBe(at("10.0.0.20"));
    expect(subject.at(7)).toBeUndefined();
  });

  test.each([
    { text: "10.0.0.4-10.0.0.9", all: true, any: true },
    { text: "10.0.0.5-10.0.0.10", all: false, any: true },
    { text: "10.0.0.9-10.0.0.20", all: false, any: true },
    { text: "10.0.0.10-10.0.0.19", all: false, any: false },
    { text: "10.0.0.21", all: false, any: false },
  ])("$text: all $all, any $any", ({ text, all, any }) => {
    expect(subject.hasAll(range(text))).toBe(all);
    expect(subject.hasAny(range(text))).toBe(any);
  });

  test("a clone goes its own way", () => {
    const clone = subject.clone();
    clone.remove(singleRange(at("10.0.0.20")));
    expect(clone.count).toBe(6);
    expect(subject.count).toBe(7);
  });
});

describe("aligned blocks", () => {
  test("R-PD-5: a /24 without EC2's five addresses has 14 free /28, one address in each spoils all", () => {
    const free = set("10.0.0.0/24");
    free.remove(range("10.0.0.0-10.0.0.3"));
    free.remove(range("10.0.0.255"));
    expect(free.alignedBlockCount(28)).toBe(14);
    expect([...free.alignedBlocks(28)].map(formatCidr).slice(0, 2)).toEqual([
      "10.0.0.16/28",
      "10.0.0.32/28",
    ]);
    for (let block = 0; block < 16; block++) {
      free.remove(singleRange(toIpv4(at("10.0.0.8") + block * 16)));
    }
    expect(free.firstAlignedBlock(28)).toBeUndefined();
    expect(free.alignedBlockCount(28)).toBe(0);
    expect(free.count).toBe(235);
  });

  test.each([
    { bits: 0, want: ["0.0.0.0/0"] },
    { bits: 1, want: ["0.0.0.0/1", "128.0.0.0/1"] },
  ])("all of IPv4 in blocks of /$bits", ({ bits, want }) => {
    const all = set("0.0.0.0/0");
    expect([...all.alignedBlocks(bits)].map(formatCidr)).toEqual(want);
    expect(all.alignedBlockCount(bits)).toBe(want.length);
  });
});

test.each([
  {
    name: "adding a range that ends before it begins",
    run: () => {
      set().add({ first: toIpv4(2), last: toIpv4(1) });
    },
  },
  {
    name: "removing such a range",
    run: () => {
      set().remove({ first: toIpv4(2), last: toIpv4(1) });
    },
  },
  { name: "a position below 0", run: () => set().at(-1) },
  { name: "blocks of /33", run: () => set().firstAlignedBlock(33) },
])("$name is a bug", ({ run }) => {
  expect(run).toThrow(InvariantError);
});

describe("against a plain set of numbers", () => {
  const base = 0x0a000000;
  const size = 64;
  const step = fc.record({
    add: fc.boolean(),
    first: fc.nat({ max: size - 1 }),
    length: fc.integer({ min: 1, max: 12 }),
  });

  test("every question has the same answer after any changes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat({ max: size }), (steps, probe) => {
        const subject = new RangeSet();
        const model = new Set<number>();
        for (const { add, first, length } of steps) {
          const change = { first: toIpv4(base + first), last: toIpv4(base + first + length - 1) };
          if (add) subject.add(change);
          else subject.remove(change);
          for (let ip: number = change.first; ip <= change.last; ip++) {
            if (add) model.add(ip);
            else model.delete(ip);
          }
        }
        const sorted = [...model].sort((a, b) => a - b);
        const place = toIpv4(base + probe);
        expect([...subject]).toEqual(sorted);
        expect(subject.count).toBe(sorted.length);
        expect(subject.has(place)).toBe(model.has(place));
        expect(subject.first(place)).toBe(sorted.find((ip) => ip >= place));
        expect(subject.at(probe)).toBe(sorted[probe]);
        const blocks = [...subject.alignedBlocks(30)].map((block) => block.base);
        const wanted = sorted.filter(
          (ip) => ip % 4 === 0 && [1, 2, 3].every((n) => model.has(ip + n)),
        );
        expect(blocks).toEqual(wanted);
        expect(subject.alignedBlockCount(30)).toBe(wanted.length);
        const gaps = sorted.filter((ip) => !model.has(ip - 1)).length;
        expect(subject.rangeCount).toBe(gaps);
      }),
    );
  });
});
