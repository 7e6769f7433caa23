import { expect, test } from "vitest";
import { timeMs, timeText } from "./time-text.ts";

test("a time is written in whole seconds and read again", () => {
  const text = timeText(Date.parse("2026-11-24T12:00:01Z") + 999);
  expect(text).toBe("2026-11-24T12:00:01Z");
  expect(timeMs(text)).toBe(Date.parse("2026-11-24T12:00:01Z"));
});

test.each([undefined, "", "yesterday"])("%j is no time", (text) => {
  expect(timeMs(text)).toBeUndefined();
});
