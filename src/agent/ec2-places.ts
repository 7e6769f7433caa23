import type * as Sdk from "@aws-sdk/client-ec2";
import type { EC2Client, Filter, SecurityGroup, Subnet } from "@aws-sdk/client-ec2";
import { parseSecurityGroupId, parseSubnetId, parseVpcId } from "../facts/index.ts";
import { parseCidr } from "../net/index.ts";
import type { Ec2, Ec2SecurityGroup, Ec2Subnet } from "./ec2.ts";
import { required } from "./ec2-answer.ts";
import { call, pages } from "./ec2-call.ts";

const PAGE_SIZE = 1000;

/** What of EC2 says where ENIs can be made. */
export function placeQueries(
  sdk: typeof Sdk,
  client: EC2Client,
): Pick<Ec2, "subnets" | "securityGroups"> {
  return {
    // Filters and not lists of ids: one unknown id would fail the whole request.
    async subnets(which) {
      const filter =
        "vpc" in which
          ? { Name: "vpc-id", Values: [which.vpc] }
          : { Name: "subnet-id", Values: [...which.ids] };
      if (filter.Values.length === 0) return [];
      return pages(async (next) => {
        const request = { Filters: [filter] satisfies Filter[], MaxResults: PAGE_SIZE, ...next };
        const answer = await call("DescribeSubnets", () =>
          client.send(new sdk.DescribeSubnetsCommand(request)),
        );
        return { items: (answer.Subnets ?? []).map(readSubnet), next: answer.NextToken };
      });
    },
    async securityGroups(ids) {
      if (ids.length === 0) return [];
      return pages(async (next) => {
        const filter = { Name: "group-id", Values: [...ids] };
        const request = { Filters: [filter], MaxResults: PAGE_SIZE, ...next };
        const answer = await call("DescribeSecurityGroups", () =>
          client.send(new sdk.DescribeSecurityGroupsCommand(request)),
        );
        return { items: (answer.SecurityGroups ?? []).map(readGroup), next: answer.NextToken };
      });
    },
  };
}

function readSubnet(subnet: Subnet): Ec2Subnet {
  const operation = "DescribeSubnets";
  const tags = (subnet.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]);
  return {
    id: required(operation, subnet.SubnetId, parseSubnetId),
    vpc: required(operation, subnet.VpcId, parseVpcId),
    zone: required(operation, subnet.AvailabilityZone, (text) => text),
    cidr: required(operation, subnet.CidrBlock, parseCidr),
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
    tags: Object.fromEntries(tags) as Record<string, string>,
  };
}

function readGroup(group: SecurityGroup): Ec2SecurityGroup {
  const operation = "DescribeSecurityGroups";
  return {
    id: required(operation, group.GroupId, parseSecurityGroupId),
    vpc: required(operation, group.VpcId, parseVpcId),
  };
}
