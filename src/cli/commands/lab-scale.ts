import { BerthError } from "../../base/index.ts";
import { connectLab } from "../../lab/index.ts";
import type { Command } from "../command.ts";
import { labChoice, NAME_OPTION } from "./lab-options.ts";

/** `berth lab scale`: changes how many pods a workload has. */
export const labScaleCommand: Command = {
  name: "lab scale",
  summary: "Change how many pods a workload of the lab has",
  about:
    "Starts or ends pods of a workload until there are as many as asked for. Does not wait for them: `berth lab status` shows how far they are, and why one does not start.",
  arguments: [
    { name: "workload", summary: "the workload's name", presence: "required" },
    { name: "replicas", summary: "how many pods, 0 to 30000", presence: "required" },
  ],
  options: [
    {
      kind: "word",
      name: "namespace",
      value: "namespace",
      summary: "the workload's namespace",
      default: "default",
    },
    NAME_OPTION,
  ],
  examples: [{ comment: "Thirty web pods", line: "berth lab scale web 30" }],
  exitCodes: [],
  async run(given, ports) {
    const namespace = given.word("namespace") ?? "default";
    const name = given.argument("workload");
    const replicas = countOf(given.argument("replicas"));
    await connectLab(labChoice(given, ports)).scale({ namespace, name, replicas });
    ports.printer.progress(`${namespace}/${name} has ${replicas} pods now, or soon.`);
    return 0;
  },
};

const MAX_PODS = 30_000;

function countOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PODS) return Number(text);
  throw new BerthError("usage", `\`${text}\` is no number of pods.`, {
    fix: `Give a whole number from 0 to ${MAX_PODS}.`,
  });
}
