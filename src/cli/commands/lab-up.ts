import { openAgentFleet } from "../../agent/index.ts";
import { readLabFile, runLab, startDetached } from "../../lab/index.ts";
import type { Command } from "../command.ts";
import {
  BERTH,
  COMPILE_CACHE,
  FIRST_LAB,
  labConfig,
  RELAY,
  SOURCES,
  thisMachine,
} from "./lab-options.ts";
import { renderWelcome } from "./lab-text.ts";
import type { Given } from "../given.ts";
import { BerthError } from "../../base/index.ts";

/** `berth lab up`: a VPC with nodes and pods, until Ctrl-C or `berth lab down`. */
export const labUpCommand: Command = {
  name: "lab up",
  summary: "Start a lab: a VPC, its EC2 and Kubernetes APIs, nodes and pods",
  about:
    "Makes what a lab file describes: a VPC as network namespaces, the EC2 API and instance metadata over it, a Kubernetes API with scheduler and controllers, and nodes with a containerd and a kubelet each, which run the agent as the DaemonSet aws-node and the file's workloads as Deployments. Runs until Ctrl-C or `berth lab down`, and then leaves nothing behind; what an earlier lab of the same name has left after a crash is removed first. Nodes on the kernel need Linux and root. Simulated ones (--mode simulated) need neither: the same APIs and the same agent logic, hundreds of nodes in one process, without containers; their time may pass faster than ours. The machine's own network is not touched. With --kubeconfig the nodes join the cluster that is there; then kubectl logs and exec do not reach their pods, as no API server but the lab's own may call its kubelets, and `berth lab exec` does.",
  arguments: [],
  options: [
    {
      kind: "word",
      name: "file",
      value: "path",
      summary: "the lab file (examples/labs/first.yaml when left out)",
    },
    {
      kind: "word",
      name: "kubeconfig",
      value: "path",
      summary: "use the API server there in place of the lab's own",
    },
    {
      kind: "word",
      name: "mode",
      value: "mode",
      choices: ["kernel", "simulated"],
      summary: "kernel or simulated (left out: kernel where the machine can, else simulated)",
    },
    {
      kind: "integer",
      name: "speed",
      value: "factor",
      min: 1,
      max: 10_000,
      summary: "how many times as fast as ours the time of simulated nodes passes (1)",
    },
    {
      kind: "word",
      name: "start-time",
      value: "time",
      summary: "when the time of simulated nodes begins, such as 2026-01-31T02:00:00Z (now)",
    },
    {
      kind: "flag",
      name: "detach",
      summary: "run in the background, and return when everything is up",
    },
  ],
  examples: [
    { comment: "The example, until Ctrl-C", line: "berth lab up" },
    {
      comment: "Your own lab, in the background",
      line: "berth lab up --file lab.yaml --detach",
    },
    {
      comment: "The same without root and containers, a minute of it in a second",
      line: "berth lab up --file lab.yaml --mode simulated --speed 60",
    },
  ],
  exitCodes: [],
  async run(given, ports) {
    const { printer, env } = ports;
    const file = given.word("file") ?? FIRST_LAB;
    const kubeconfig = given.word("kubeconfig");
    const mode = given.word("mode") as "kernel" | "simulated" | undefined;
    const speed = given.integer("speed");
    const startMs = momentOf(given.word("start-time"));
    const config = labConfig(ports);
    const progress = (line: string): void => {
      printer.progress(line);
    };
    const signal = ports.interruption();
    if (given.flag("detach")) {
      const { name } = readLabFile(file);
      const { stateRoot } = config;
      const status = await startDetached({
        berth: BERTH,
        file,
        options: passedOn(given),
        name,
        stateRoot,
        env,
        signal,
        progress,
      });
      printer.result(renderWelcome(status, "detached"));
      return 0;
    }
    await runLab({
      berth: BERTH,
      sources: SOURCES,
      relay: RELAY,
      compileCache: COMPILE_CACHE,
      config,
      file,
      kubeconfig,
      ...{ mode, speed, startMs, openAgents: openAgentFleet },
      machine: thisMachine(),
      signal,
      progress,
      ready: (status) => {
        printer.result(renderWelcome(status, "foreground"));
      },
    });
    return 0;
  },
};

/** What the process in the background has to be told as well. */
function passedOn(given: Given): string[] {
  const speed = given.integer("speed");
  const words = ["kubeconfig", "mode", "start-time"].flatMap((name) => {
    const value = given.word(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return speed === undefined ? words : [...words, "--speed", String(speed)];
}

function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new BerthError("usage", `\`${text}\` is no time that a lab could begin at.`, {
    fix: "Write it like 2026-01-31T02:00:00Z.",
  });
}
