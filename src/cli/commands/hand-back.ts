import { renderJson } from "../../report/index.ts";
import type { Command } from "../command.ts";
import { OUTPUT_OPTION } from "./lab-options.ts";

/** `berth hand-back`: the way back to the VPC CNI. */
export const handBackCommand: Command = {
  name: "hand-back",
  summary: "Prepare a node for going back to the Amazon VPC CNI",
  about:
    "For a node whose agent has been stopped: writes the VPC CNI's checkpoint, so that its agent knows which pod has which address, puts its network list back in place of Berth's, and removes Berth's translation rules, but for those that running pods of IPv6 clusters need. Running pods keep their addresses; until the VPC CNI runs, what they send to the outside of the VPC waits. Reads the agent's environment variables; run it as root in the node's network namespace. docs/moving-from-the-stock-plugin.md has the whole way.",
  arguments: [],
  options: [OUTPUT_OPTION],
  examples: [{ comment: "On a node, after its agent was stopped", line: "berth hand-back" }],
  exitCodes: [],
  async run(given, ports) {
    const { handBack } = await import("../../agent/index.ts");
    const done = await handBack({ environment: ports.env });
    ports.printer.result(given.word("output") === "json" ? renderJson(done) : render(done));
    return 0;
  },
};

const LISTS = {
  putBack: "its network list is the runtime's again",
  there: "its network list was there already",
  absent: "it has no network list yet and writes one when it starts",
};

function render({
  checkpoint,
  pods,
  networkList,
}: {
  readonly checkpoint: string;
  readonly pods: number;
  readonly networkList: keyof typeof LISTS;
}): string {
  return `${pods} ${pods === 1 ? "pod is" : "pods are"} in the VPC CNI's checkpoint ${checkpoint}; ${LISTS[networkList]}.\nStart the VPC CNI now.`;
}
