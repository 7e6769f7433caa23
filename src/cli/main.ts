import packageJson from "../../package.json" with { type: "json" };
import { COMMANDS, GROUPS } from "./command-list.ts";
import { readEnvironment } from "./config.ts";
import { dispatch } from "./dispatch.ts";
import { newInterruption } from "./interruption.ts";
import { newProcessPrinter } from "./print.ts";

const program = {
  version: packageJson.version,
  about: "a pod network for Kubernetes on AWS, and a lab to try it in",
  commands: COMMANDS,
  groups: GROUPS,
};

const ports = {
  printer: newProcessPrinter(),
  env: readEnvironment(),
  interruption: newInterruption(),
};

// Not process.exit(): that would cut off what is still on its way into a pipe.
process.exitCode = await dispatch(program, process.argv.slice(2), ports);
