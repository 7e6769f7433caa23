export { createImds } from "./imds.ts";
