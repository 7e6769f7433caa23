import { chooseLab, takeDown } from "../../lab/index.ts";
import type { Command } from "../command.ts";
import { labChoice, NAME_OPTION } from "./lab-options.ts";

/** `berth lab down`: ends a lab and removes everything it has made. */
export const labDownCommand: Command = {
  name: "lab down",
  summary: "End a lab and remove everything it has made",
  about:
    "Ends the lab's processes and removes its network namespaces, mounts, cgroups and files. Also cleans up after a lab that has crashed.",
  arguments: [],
  options: [NAME_OPTION],
  examples: [{ comment: "The only lab there is", line: "berth lab down" }],
  exitCodes: [],
  async run(given, ports) {
    const dir = chooseLab(labChoice(given, ports));
    await takeDown(dir);
    ports.printer.progress(`Lab ${dir.name} is gone.`);
    return 0;
  },
};
