import { spawnSync } from "node:child_process";
import { connectLab, shellEnvironment } from "../../lab/index.ts";
import type { Command } from "../command.ts";
import { labChoice, NAME_OPTION } from "./lab-options.ts";

/** `berth lab env`: what a shell needs so that the AWS CLI and SDKs see the lab. */
export const labEnvCommand: Command = {
  name: "lab env",
  summary: "Print what a shell needs so that kubectl and the AWS CLI see the lab",
  about:
    "Prints settings for `eval` in a shell of the family of sh: KUBECONFIG, the lab's EC2 API as the endpoint, its region, and credentials that mean nothing. For an AWS CLI too old to read AWS_ENDPOINT_URL, a program of the same name that tells it comes first in the PATH.",
  arguments: [],
  options: [NAME_OPTION],
  examples: [
    {
      comment:
        'What `eval "$(berth lab env)"` would set; after it, `kubectl get pods` and `aws ec2 describe-subnets` work',
      line: "berth lab env",
    },
  ],
  exitCodes: [],
  async run(given, ports) {
    const status = await connectLab(labChoice(given, ports)).status();
    ports.printer.result(shellEnvironment(status, awsVersion()));
    return 0;
  },
};

/** What `aws --version` says; undefined where there is no AWS CLI. */
function awsVersion(): string | undefined {
  const { status, stdout, stderr } = spawnSync("aws", ["--version"], { encoding: "utf8" });
  // Version 1 on old Pythons answered on stderr.
  return status === 0 ? stdout || stderr : undefined;
}
