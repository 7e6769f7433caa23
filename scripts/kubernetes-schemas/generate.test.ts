import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DEFINITIONS_FILE, generateDefinitions } from "./generate.ts";

test("the schemas of the built-in kinds are what their generator makes", () => {
  expect(
    generateDefinitions() === readFileSync(DEFINITIONS_FILE, "utf8"),
    "run `node scripts/kubernetes-schemas.ts`",
  ).toBe(true);
});
