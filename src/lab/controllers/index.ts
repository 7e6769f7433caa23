export type { ControllerName, Controllers } from "./controllers.ts";
export { startControllers } from "./start-controllers.ts";
