// `node scripts/write-settings-page.ts`: brings docs/settings.md up to date with the agent's tables.
import { writeFileSync } from "node:fs";
import { SETTINGS_PAGE, settingsPage } from "./settings-page.ts";

writeFileSync(SETTINGS_PAGE, await settingsPage());
