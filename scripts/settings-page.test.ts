import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SETTINGS_PAGE, settingsPage } from "./settings-page.ts";

test("docs/settings.md is up to date; if not: node scripts/write-settings-page.ts", async () => {
  expect(readFileSync(SETTINGS_PAGE, "utf8")).toBe(await settingsPage());
});
