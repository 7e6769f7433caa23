// Writes src/lab/kube/schemas/definitions.json anew: `node scripts/kubernetes-schemas.ts`.
import { writeFileSync } from "node:fs";
import { DEFINITIONS_FILE, generateDefinitions } from "./kubernetes-schemas/generate.ts";

writeFileSync(DEFINITIONS_FILE, generateDefinitions());
