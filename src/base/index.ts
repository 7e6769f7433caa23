export { BerthError } from "./berth-error.ts";
export type { BerthErrorDetails } from "./berth-error.ts";
export type { Brand } from "./brand.ts";
export { assertNever, invariant, InvariantError } from "./invariant.ts";
export { nearest } from "./nearest.ts";
export { newRandom } from "./random.ts";
export type { Random } from "./random.ts";
export type { Result } from "./result.ts";
