import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A small lab: two private subnets behind a NAT gateway, and whatever else is given. */
export function smallLab({ name, rest = "" }: { name: string; rest?: string }): string {
  return `name: ${name}
vpc: { cidrs: [10.0.0.0/16] }
subnets:
  - { name: a, zone: us-east-1a, cidr: 10.0.1.0/24, route: nat }
  - { name: b, zone: us-east-1b, cidr: 10.0.2.0/24, route: nat }
  - { name: out, zone: us-east-1a, cidr: 10.0.100.0/28, route: internet }
  - { name: cut-off, zone: us-east-1c, cidr: 10.0.3.0/24 }
natGateway: { subnet: out }
ec2: { attachSeconds: 0.05, detachSeconds: 0.05, throttle: off }
${rest}`;
}

/** A directory for a test, and how to remove it. */
export function temporaryDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "berth-test-"));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
