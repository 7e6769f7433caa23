import { connectLab } from "../../lab/index.ts";
import type { CallStatus } from "../../lab/index.ts";
import { renderJson, renderTable } from "../../report/index.ts";
import type { Command } from "../command.ts";
import { labChoice, NAME_OPTION, OUTPUT_OPTION } from "./lab-options.ts";

/** `berth lab calls`: who called the lab's EC2 API, how often, and for how many pods. */
export const labCallsCommand: Command = {
  name: "lab calls",
  summary: "Show the EC2 calls of a lab by node and action",
  about:
    "Counts the requests to the lab's EC2 API since the lab began: for each node in its life, and for each 1,000 pods that got an address there; then by action. Repeated requests count, as they do at EC2's limits. What each was made for is in the agent's own ledger: the metric berth_ec2_calls_total, and /v1/ec2-calls of its introspection.",
  arguments: [],
  options: [NAME_OPTION, OUTPUT_OPTION],
  examples: [
    { comment: "Calls of every node", line: "berth lab calls" },
    {
      comment: "EC2 calls per 1,000 pod starts of the whole lab",
      line: "berth lab calls --output json | jq .total.perThousandPodStarts",
    },
  ],
  exitCodes: [],
  async run(given, ports) {
    const calls = await connectLab(labChoice(given, ports)).calls();
    ports.printer.result(given.word("output") === "json" ? renderJson(calls) : renderCalls(calls));
    return 0;
  },
};

/** Two tables: callers, and actions. */
export function renderCalls({ callers, total }: CallStatus): string {
  if (total.calls === 0) return "Nobody has called the EC2 API yet.\n";
  const rows = [
    ...callers.map(({ caller, livedMs, ...counts }) => [caller, lifeOf(livedMs), ...cells(counts)]),
    ["total", "", ...cells(total)],
  ];
  const headers = ["CALLER", "LIFE", "POD STARTS", "CALLS", "REFUSED", "PER 1,000 STARTS"];
  const byCaller = renderTable({ headers, rows, numeric: headers.slice(1) });
  const byAction = renderTable({
    headers: ["ACTION", "CALLS", "REFUSED"],
    rows: total.actions.map(({ action, calls, errors }) => [action, String(calls), String(errors)]),
    numeric: ["CALLS", "REFUSED"],
  });
  return `${byCaller}\n${byAction}`;
}

function cells({ podStarts, calls, errors, perThousandPodStarts }: CallStatus["total"]): string[] {
  const numbers = [podStarts, calls, errors, perThousandPodStarts];
  return numbers.map((number) => (number === undefined ? "-" : String(number)));
}

function lifeOf(ms: number | undefined): string {
  if (ms === undefined) return "-";
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
