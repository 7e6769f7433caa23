import { describe, expect, test } from "vitest";
import { parseLabelSelector } from "./label-selector.ts";

const WEB = { app: "web", tier: "front", "example.com/owner": "me" };

describe("parseLabelSelector", () => {
  test.each([
    { text: "", matches: true },
    { text: "app=web", matches: true },
    { text: "app==web", matches: true },
    { text: "app = web", matches: true },
    { text: "app=web,tier=front", matches: true },
    { text: "app=web,tier=back", matches: false },
    { text: "app!=db", matches: true },
    { text: "app!=web", matches: false },
    { text: "missing!=x", matches: true },
    { text: "app in (web,db)", matches: true },
    { text: "app in (web, db),tier", matches: true },
    { text: "app notin (web)", matches: false },
    { text: "missing notin (web)", matches: true },
    { text: "tier", matches: true },
    { text: "missing", matches: false },
    { text: "!missing", matches: true },
    { text: "!tier", matches: false },
    { text: "example.com/owner=me", matches: true },
    { text: "app=", matches: false },
  ])("$text: $matches", ({ text, matches }) => {
    const parsed = parseLabelSelector(text);
    expect(parsed.ok && parsed.value(WEB)).toBe(matches);
  });

  test("matches nothing in an object without labels, but what is absent", () => {
    const parsed = parseLabelSelector("!app");
    expect(parsed.ok && parsed.value(undefined)).toBe(true);
  });

  test.each(["a b", "a=b=c", "=b", "a in b", "a in (b", "a=b,", "(a)", "a in (b c)", "-a=b"])(
    "refuses %s",
    (text) => {
      expect(parseLabelSelector(text)).toMatchObject({ ok: false });
    },
  );
});
