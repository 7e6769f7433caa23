export { berthCrds } from "./berth-crds.ts";
export { customKinds, schemaErrors } from "./custom-kind.ts";
export type { CustomKind } from "./custom-kind.ts";
