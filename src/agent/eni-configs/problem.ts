import type { VpcId } from "../../facts/index.ts";
import type { EniConfig } from "../cluster.ts";
import type { Ec2SecurityGroup, Ec2Subnet } from "../ec2.ts";

/** What EC2 knows of what an ENIConfig names. */
export interface EniConfigFacts {
  /** Those of the ENIConfig's subnets that exist: one or none. */
  readonly subnets: readonly Ec2Subnet[];
  readonly groups: readonly Ec2SecurityGroup[];
}

/** What is wrong with an ENIConfig: a word in CamelCase, and a clause with the ids in it. */
export interface EniConfigProblem {
  readonly about: "subnet" | "securityGroups";
  readonly reason:
    "SubnetNotFound" | "SubnetInOtherVpc" | "SecurityGroupNotFound" | "SecurityGroupInOtherVpc";
  readonly text: string;
}

/** What of an ENIConfig can't be, whatever the node: each subject's first problem. */
export function findProblems(
  { subnet, securityGroups }: EniConfig,
  { subnets, groups, vpc }: EniConfigFacts & { readonly vpc: VpcId },
): EniConfigProblem[] {
  const found = subnets.find(({ id }) => id === subnet);
  const problems: EniConfigProblem[] = [];
  if (found === undefined)
    problems.push(subnetProblem("SubnetNotFound", `there is no subnet ${subnet} in this Region`));
  else if (found.vpc !== vpc)
    problems.push(
      subnetProblem(
        "SubnetInOtherVpc",
        `subnet ${subnet} is in ${found.vpc}, the nodes are in ${vpc}`,
      ),
    );
  const missing = securityGroups.find((id) => !groups.some((group) => group.id === id));
  const foreign = groups.find(({ id, vpc: its }) => securityGroups.includes(id) && its !== vpc);
  if (missing !== undefined)
    problems.push(groupProblem("SecurityGroupNotFound", `there is no security group ${missing}`));
  else if (foreign !== undefined)
    problems.push(
      groupProblem(
        "SecurityGroupInOtherVpc",
        `security group ${foreign.id} is of ${foreign.vpc}, the nodes are in ${vpc}`,
      ),
    );
  return problems;
}

/** An ENI attaches to instances of its own zone alone. */
export function zoneProblem(
  { id, zone }: Pick<Ec2Subnet, "id" | "zone">,
  where: { readonly who: string; readonly zone: string },
): string | undefined {
  return zone === where.zone
    ? undefined
    : `subnet ${id} is in ${zone}, and ${where.who} in ${where.zone}`;
}

function subnetProblem(reason: EniConfigProblem["reason"], text: string): EniConfigProblem {
  return { about: "subnet", reason, text };
}

function groupProblem(reason: EniConfigProblem["reason"], text: string): EniConfigProblem {
  return { about: "securityGroups", reason, text };
}
