import type { LabStatus } from "./status.ts";

/** Words for a shell that make the stock AWS clients and kubectl talk to a lab: for `eval "$(berth lab env)"`. */
export function shellEnvironment(
  lab: Pick<LabStatus, "endpoints" | "region" | "kubeconfig" | "programs">,
  awsVersion: string | undefined,
): string {
  const { endpoints, region, kubeconfig, programs } = lab;
  const lines = [
    `export AWS_ENDPOINT_URL=${endpoints.ec2}`,
    `export AWS_ENDPOINT_URL_EC2=${endpoints.ec2}`,
    `export AWS_ENDPOINT_URL_STS=${endpoints.ec2}`,
    `export AWS_REGION=${region}`,
    `export AWS_DEFAULT_REGION=${region}`,
    "export AWS_ACCESS_KEY_ID=lab",
    "export AWS_SECRET_ACCESS_KEY=lab",
    "unset AWS_SESSION_TOKEN AWS_PROFILE",
    "export AWS_EC2_METADATA_DISABLED=true",
    `export KUBECONFIG=${quoted(kubeconfig)}`,
  ];
  if (awsVersion !== undefined && !knowsEndpointVariable(awsVersion)) {
    lines.push(
      "# This AWS CLI is older than AWS_ENDPOINT_URL, so a program of the same name tells it each time.",
      `export PATH=${quoted(programs)}:"$PATH"`,
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Whether an AWS CLI reads AWS_ENDPOINT_URL, by what `aws --version` prints: from 1.29.0 and from 2.13.0 on (AWS SDKs and
 * Tools reference guide, "Service-specific endpoints").
 */
export function knowsEndpointVariable(versionText: string): boolean {
  const [, major = "0", minor = "0"] = /^aws-cli\/(\d+)\.(\d+)/.exec(versionText) ?? [];
  const since: Readonly<Record<string, number>> = { "1": 29, "2": 13 };
  return Number(minor) >= (since[major] ?? Infinity) || Number(major) > 2;
}
