import { expect, test } from "vitest";
import { Ec2Error, toEc2Error } from "./ec2-error.ts";
import type { Ec2Subnet } from "./ec2.ts";
import { withReason } from "./room-in-subnet.ts";
import { INSTANCE } from "./tiny-instance.ts";
import { newNode } from "./tiny-node.ts";
import { TinyWorld } from "./tiny-world.ts";

function thrown(code: string): Ec2Error {
  return toEc2Error("CreateNetworkInterface", Object.assign(new Error("words"), { name: code }));
}

test.each([
  { name: "too few for a prefix", free: 16, code: "InvalidParameterValue", reason: "subnetFull" },
  { name: "enough: something else", free: 17, code: "InvalidParameterValue", reason: "other" },
  { name: "not known", free: undefined, code: "InvalidParameterValue", reason: "other" },
  { name: "a clear code", free: 0, code: "NetworkInterfaceLimitExceeded", reason: "quota" },
])(
  "R-PD-5: a new ENI with a prefix, which needs 17 addresses, $free free, $code: $reason",
  async ({ free, code, reason }) => {
    const node = newNode(new TinyWorld());
    const subnets = (): Promise<readonly Ec2Subnet[]> =>
      free === undefined
        ? Promise.reject(toEc2Error("DescribeSubnets", new Error("no")))
        : Promise.resolve([{ id: INSTANCE.subnet, freeAddresses: free } as Ec2Subnet]);
    const seen = { log: node.log, ec2: { ...node.ec2, subnets } };
    const wanted = { subnet: INSTANCE.subnet, unit: "prefix", count: 1 } as const;
    const error = await withReason(seen, thrown(code), wanted);
    expect(error instanceof Ec2Error && error.reason).toBe(reason);
  },
);
