import { expect, test } from "vitest";
import { BerthError } from "./index.ts";

test("an error keeps code, fix, facts and cause", () => {
  const cause = new Error("ECONNREFUSED");
  const error = new BerthError("agentDown", "Cannot reach the agent.", {
    fix: "Start it.",
    facts: { socket: "/run/berth.sock" },
    cause,
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "BerthError",
    code: "agentDown",
    message: "Cannot reach the agent.",
    fix: "Start it.",
    facts: { socket: "/run/berth.sock" },
    cause,
  });
});

test("without a cause there is none, and facts are empty", () => {
  const error = new BerthError("agentDown", "Cannot reach the agent.", { fix: "Start it." });
  expect(error.facts).toEqual({});
  expect("cause" in error).toBe(false);
});
