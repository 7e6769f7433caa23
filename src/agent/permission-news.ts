import type { Cluster } from "./cluster.ts";
import type { Ec2 } from "./ec2.ts";
import { Ec2Error } from "./ec2-error.ts";

type Operation = (...given: never[]) => Promise<unknown>;

/** The same EC2; every call that the node's role may not make is told in an event on the agent's own pod, as by the VPC CNI. */
export function tellMissingPermissions(ec2: Ec2, cluster: Cluster | undefined): Ec2 {
  if (cluster === undefined) return ec2;
  const operations = Object.entries(ec2 as unknown as Record<string, Operation>);
  const heard = operations.map(([name, operation]) => [
    name,
    async (...given: never[]): Promise<unknown> => {
      try {
        return await operation(...given);
      } catch (error) {
        if (error instanceof Ec2Error && error.reason === "unauthorized") tell(cluster, error);
        throw error;
      }
    },
  ]);
  return Object.fromEntries(heard) as Ec2;
}

function tell(cluster: Cluster, { operation, ec2Code }: Ec2Error): void {
  const message = `EC2 refuses ${operation} (${ec2Code}): the role of this node, or of the service account aws-node, lacks the permission ec2:${operation}. Attach AmazonEKS_CNI_Policy, or a policy that allows it.`;
  cluster.tell(
    { kind: "agent" },
    { severity: "Warning", reason: "MissingIAMPermissions", message },
  );
}
