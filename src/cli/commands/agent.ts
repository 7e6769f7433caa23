import { enableCompileCache } from "node:module";
import type { Command } from "../command.ts";

/** `berth agent`: the node daemon. */
export const agentCommand: Command = {
  name: "agent",
  summary: "Run the node agent: addresses from EC2 for the pods of this instance",
  about:
    "Keeps ENIs and addresses ready on this EC2 instance, and connects pods when the container runtime calls the CNI plugin berth-cni. Needs root on Linux, instance metadata, and a role that may manage network interfaces. With MY_NODE_NAME it follows its node's object in Kubernetes, by the pod's service account or KUBECONFIG, and tells in events why a pod has no address. Settings come from the environment, with the names of the Amazon VPC CNI plugin where it has them. SIGTERM stops it; running pods keep their network.",
  arguments: [],
  options: [],
  examples: [
    {
      comment: "On an EC2 instance, as root; WARM_IP_TARGET=2 before it keeps two addresses ready",
      line: "berth agent",
    },
  ],
  exitCodes: [],
  async run(_given, ports) {
    // The AWS SDK is two megabytes of source; a cached compilation starts faster and takes 20 MB less memory.
    enableCompileCache();
    const { readAgentConfig, runAgent } = await import("../../agent/index.ts");
    await runAgent(readAgentConfig(ports.env), ports.interruption());
    return 0;
  },
};
