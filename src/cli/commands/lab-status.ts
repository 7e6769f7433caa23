import { connectLab } from "../../lab/index.ts";
import { renderJson } from "../../report/index.ts";
import type { Command } from "../command.ts";
import { labChoice, NAME_OPTION, OUTPUT_OPTION } from "./lab-options.ts";
import { renderLabStatus } from "./lab-text.ts";

/** `berth lab status`: nodes, pods and endpoints of a running lab. */
export const labStatusCommand: Command = {
  name: "lab status",
  summary: "Show the nodes, pods and endpoints of a lab",
  about:
    "Asks the running lab for its state: the nodes with their instances, addresses and network namespaces, the pods with their nodes and addresses, or the reason why a pod does not run, and where the lab's APIs and logs are.",
  arguments: [],
  options: [NAME_OPTION, OUTPUT_OPTION],
  examples: [
    { comment: "What runs", line: "berth lab status" },
    {
      comment: "The addresses of all pods",
      line: "berth lab status --output json | jq -r '.pods[].address'",
    },
  ],
  exitCodes: [],
  async run(given, ports) {
    const status = await connectLab(labChoice(given, ports)).status();
    ports.printer.result(
      given.word("output") === "json" ? renderJson(status) : renderLabStatus(status),
    );
    return 0;
  },
};
