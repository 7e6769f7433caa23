import type { KindDefinition } from "./kind-definition.ts";

/** Every kind that is compiled in. A new kind is one file and one line here. */
export const builtInKinds: readonly KindDefinition[] = [];
