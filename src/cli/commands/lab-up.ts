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

/** `berth lab up`: a VPC with nodes and pods, until Ctrl-C or `berth lab down`. */
export const labUpCommand: Command = {
  name: "lab up",
  summary: "Start a lab: a VPC, its EC2 and Kubernetes APIs, nodes and pods",
  about:
    "Makes what a lab file describes: a VPC as network namespaces, the EC2 API and instance metadata over it, a Kubernetes API with scheduler and controllers, and nodes with a containerd and a kubelet each, which run the agent as the DaemonSet aws-node and the file's workloads as Deployments. Runs until Ctrl-C or `berth lab down`, and then leaves nothing behind; what an earlier lab of the same name has left after a crash is removed first. Nodes need Linux and root; without them there are only the VPC and the APIs. The machine's own network is not touched. With --kubeconfig the nodes join the cluster that is there; its API server has to reach 127.0.0.1 for logs and exec.",
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
  ],
  exitCodes: [],
  async run(given, ports) {
    const { printer, env } = ports;
    const file = given.word("file") ?? FIRST_LAB;
    const kubeconfig = given.word("kubeconfig");
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
        options: kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig],
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
