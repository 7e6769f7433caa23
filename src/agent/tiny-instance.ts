import { invariant } from "../base/index.ts";
import { parseEniId, parseInstanceId, parseSubnetId, parseVpcId } from "../facts/index.ts";
import { parseCidr, parseIpv4, parseMac } from "../net/index.ts";
import type { Cidr } from "../net/index.ts";
import type { Ec2Subnet, InstanceLimits } from "./ec2.ts";
import type { InstanceFacts } from "./metadata.ts";

/** For the tests of this room: a value that must be there. */
export function must<T>(value: T | undefined): T {
  invariant(value !== undefined, "a test value is missing");
  return value;
}

/** The subnet of {@link INSTANCE}. */
export const SUBNET: Cidr = must(parseCidr("10.0.1.0/24"));

/** The instance that the tests of this room are about: an m5.large at 10.0.1.10. */
export const INSTANCE: InstanceFacts = {
  region: "us-west-2",
  availabilityZone: "us-west-2a",
  instanceId: must(parseInstanceId("i-00000001")),
  instanceType: "m5.large",
  localIpv4: must(parseIpv4("10.0.1.10")),
  primaryMac: must(parseMac("02:00:00:00:00:01")),
  primaryEni: must(parseEniId("eni-00000001")),
  subnet: must(parseSubnetId("subnet-00000001")),
  vpc: must(parseVpcId("vpc-00000001")),
};

/** That subnet as EC2 describes it. */
export const TINY_SUBNET: Ec2Subnet = {
  id: INSTANCE.subnet,
  vpc: INSTANCE.vpc,
  zone: INSTANCE.availabilityZone,
  cidr: SUBNET,
  freeAddresses: 200,
  tags: {},
};

/** ENIs and addresses of {@link INSTANCE}. */
export const LIMITS: InstanceLimits = { enis: 3, ipv4PerEni: 10, prefixes: true, trunk: true };
