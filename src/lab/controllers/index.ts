export { CONTROLLER_NAMES } from "./controllers.ts";
export type { ControllerName, Controllers, ControllersOptions } from "./controllers.ts";
export { startControllers } from "./start-controllers.ts";
