export { renderJson } from "./json.ts";
export { renderMaxPods } from "./max-pods.ts";
export { renderTable } from "./table.ts";
export type { Table } from "./table.ts";
