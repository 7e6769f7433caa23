import { connectLab } from "../../lab/index.ts";
import type { Command } from "../command.ts";
import { labChoice, NAME_OPTION } from "./lab-options.ts";

/** `berth lab exec`: runs a command in a pod. */
export const labExecCommand: Command = {
  name: "lab exec",
  summary: "Run a command in a pod of the lab",
  about:
    "Runs a command in the container of a pod, or of any running pod of a workload, as containerd's CRI does it, prints what it says and exits as it did. The lab's image has busybox: sh, wget, ping, ip, nc and more. The command has no input, and 2 minutes at most.",
  arguments: [
    { name: "pod", summary: "the pod's or the workload's name", presence: "required" },
    { name: "command", summary: "the command and its arguments", presence: "rest" },
  ],
  options: [
    {
      kind: "word",
      name: "namespace",
      value: "namespace",
      summary: "the pod's namespace",
      default: "default",
    },
    NAME_OPTION,
  ],
  examples: [
    {
      comment: "The addresses of a pod of the workload web",
      line: "berth lab exec web -- ip addr",
    },
    {
      comment: "The address that a server outside the VPC sees",
      line: "berth lab exec web -- wget -qO- http://203.0.113.10",
    },
  ],
  exitCodes: [],
  async run(given, ports) {
    const { stdout, stderr, exitCode } = await connectLab(labChoice(given, ports)).exec({
      namespace: given.word("namespace") ?? "default",
      name: given.argument("pod"),
      command: [...given.argumentList("command")],
    });
    if (stdout.length > 0) ports.printer.result(stdout.toString("utf8"));
    if (stderr.length > 0) ports.printer.progress(stderr.toString("utf8"));
    return exitCode;
  },
};
