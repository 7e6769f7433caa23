import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "./api-for-tests.ts";

// The path of Debian's package: another `aws` may come first on PATH.
const AWS = "/usr/bin/aws";
const why = existsSync(AWS) ? "" : ` (skipped: ${AWS} is not installed; apt install awscli)`;
const run = promisify(execFile);

describe.skipIf(why !== "")(`Debian's AWS CLI, unchanged${why}`, { timeout: 60_000 }, () => {
  let lab: TestApi;
  beforeAll(async () => {
    lab = await startTestApi();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  async function aws(...args: readonly string[]): Promise<unknown> {
    const { stdout } = await run(AWS, ["--endpoint-url", lab.url, "--output", "json", ...args], {
      env: {
        PATH: "/usr/bin:/bin",
        HOME: "/nonexistent",
        AWS_ACCESS_KEY_ID: "AKIALAB",
        AWS_SECRET_ACCESS_KEY: "lab",
        AWS_DEFAULT_REGION: "us-west-2",
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_MAX_ATTEMPTS: "1",
      },
    });
    return stdout === "" ? undefined : (JSON.parse(stdout) as unknown);
  }

  test("R-DIAG-1: describe-subnets shows what is available", async () => {
    const shown = await aws(
      ...["ec2", "describe-subnets", "--subnet-ids", lab.subnetA, lab.subnetB],
      ...[
        "--query",
        "Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}",
      ],
    );
    expect(shown).toEqual([
      { Subnet: lab.subnetA, Available: 250, CIDR: "10.0.1.0/24" },
      { Subnet: lab.subnetB, Available: 251, CIDR: "10.0.2.0/24" },
    ]);
  });

  test("R-DIAG-1: describe-network-interfaces counts the addresses of a node's ENIs", async () => {
    const [primary] = lab.region.instances.enisOf(lab.instanceId);
    if (primary === undefined) throw new Error("no ENI");
    lab.region.addresses.assign({ eniId: primary.id, secondaryCount: 9 });
    const shown = await aws(
      ...["ec2", "describe-network-interfaces"],
      ...["--filters", `Name=attachment.instance-id,Values=${lab.instanceId}`],
      ...[
        "--query",
        "NetworkInterfaces[*].{ENI:NetworkInterfaceId,IPs:PrivateIpAddresses|length(@)}",
      ],
    );
    expect(shown).toEqual([{ ENI: primary.id, IPs: 10 }]);
  });

  test("a VPC, a subnet and an ENI with a prefix, from nothing", async () => {
    const vpcId = await aws(
      ...["ec2", "create-vpc", "--cidr-block", "10.1.0.0/16", "--query", "Vpc.VpcId"],
    );
    lab.clock.pass(1_000);
    const subnetId = await aws(
      ...["ec2", "create-subnet", "--vpc-id", String(vpcId), "--cidr-block", "10.1.7.0/24"],
      ...["--availability-zone", "us-west-2c", "--query", "Subnet.SubnetId"],
    );
    lab.clock.pass(1_000);
    const made = (await aws(
      ...["ec2", "create-network-interface", "--subnet-id", String(subnetId)],
      ...["--ipv4-prefix-count", "1", "--tag-specifications"],
      "ResourceType=network-interface,Tags=[{Key=role,Value=test}]",
    )) as { NetworkInterface: { NetworkInterfaceId: string; Ipv4Prefixes: unknown[] } };
    expect(made.NetworkInterface.Ipv4Prefixes).toHaveLength(1);
    const id = made.NetworkInterface.NetworkInterfaceId;
    const assigned = await aws(
      ...["ec2", "assign-private-ip-addresses", "--network-interface-id", id],
      ...["--ipv4-prefix-count", "1"],
    );
    expect(assigned).toMatchObject({
      NetworkInterfaceId: id,
      AssignedIpv4Prefixes: [
        { Ipv4Prefix: expect.stringMatching(/^10\.1\.7\.\d+\/28$/) as string },
      ],
    });
    const count = ["--query", "Subnets[].AvailableIpAddressCount"];
    const describe = ["ec2", "describe-subnets", "--subnet-ids", String(subnetId), ...count];
    expect(await aws(...describe)).toEqual([251 - 1 - 32]);
    const found = await aws(
      ...["ec2", "describe-network-interfaces", "--page-size", "5"],
      ...["--filters", "Name=status,Values=available", "Name=tag:role,Values=te?t"],
      ...["--query", "NetworkInterfaces[].NetworkInterfaceId"],
    );
    expect(found).toEqual([id]);
    await aws("ec2", "delete-network-interface", "--network-interface-id", id);
    expect(await aws(...describe)).toEqual([251]);
  });

  test("an Elastic IP address is associated with an instance, and disassociated", async () => {
    const allocate = ["ec2", "allocate-address", "--query", "AllocationId"];
    const id = String(await aws(...allocate));
    const instance = ["--instance-id", lab.instanceId];
    const associate = ["ec2", "associate-address", "--allocation-id", id, ...instance];
    const association = String(await aws(...associate, "--query", "AssociationId"));
    const [primary] = lab.region.instances.enisOf(lab.instanceId);
    const filter = ["--filters", `Name=network-interface-id,Values=${primary?.id ?? ""}`];
    const describe = ["ec2", "describe-addresses", ...filter];
    expect(await aws(...describe, "--query", "Addresses[].[AllocationId,AssociationId]")).toEqual([
      [id, association],
    ]);
    await aws("ec2", "disassociate-address", "--association-id", association);
    expect(await aws(...describe, "--query", "Addresses")).toEqual([]);
    await aws("ec2", "release-address", "--allocation-id", id);
  });

  test("a refusal is told with EC2's code", async () => {
    const [primary] = lab.region.instances.enisOf(lab.instanceId);
    const args = ["ec2", "delete-network-interface", "--network-interface-id", primary?.id ?? ""];
    await expect(aws(...args)).rejects.toMatchObject({
      code: 254,
      stderr: expect.stringContaining(
        "An error occurred (InvalidParameterValue) when calling the DeleteNetworkInterface operation",
      ) as string,
    });
  });

  test("instances, their types, routes, groups, zones, tags", async () => {
    const instances = await aws(
      ...["ec2", "describe-instances", "--filters", "Name=tag:Name,Values=node-*"],
      ...["--query", "Reservations[].Instances[].[InstanceId,State.Name,InstanceType]"],
    );
    expect(instances).toEqual([[lab.instanceId, "running", "m5.large"]]);
    const limits = await aws(
      ...["ec2", "describe-instance-types", "--instance-types", "m5.large", "--query"],
      "InstanceTypes[].NetworkInfo.[MaximumNetworkInterfaces,Ipv4AddressesPerInterface]",
    );
    expect(limits).toEqual([[3, 10]]);
    const routes = await aws(
      ...["ec2", "describe-route-tables", "--filters", `Name=vpc-id,Values=${lab.vpcId}`],
      ...["--query", "RouteTables[].Routes[].[DestinationCidrBlock,GatewayId,State]"],
    );
    expect(routes).toEqual([["10.0.0.0/16", "local", "active"]]);
    const groups = await aws(
      ...["ec2", "describe-security-groups", "--group-ids", lab.groupId],
      ...["--query", "SecurityGroups[].[GroupName,IpPermissions[].UserIdGroupPairs[].GroupId]"],
    );
    expect(groups).toEqual([["default", [lab.groupId]]]);
    const zones = await aws(
      ...["ec2", "describe-availability-zones", "--query", "AvailabilityZones[].ZoneName"],
    );
    expect(zones).toEqual(["us-west-2a", "us-west-2b", "us-west-2c"]);
    const tags = await aws(
      ...["ec2", "describe-tags", "--filters", `Name=resource-id,Values=${lab.vpcId}`],
      ...["--query", "Tags[].[Key,Value]"],
    );
    expect(tags).toEqual([["Name", "lab"]]);
  });

  test("who the caller is", async () => {
    expect(await aws("sts", "get-caller-identity")).toMatchObject({ Account: "111122223333" });
  });
});
