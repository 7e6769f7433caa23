import * as ec2 from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "./api-for-tests.ts";

let lab: TestApi;
let send: ec2.EC2Client["send"];
beforeAll(async () => {
  lab = await startTestApi();
  send = lab.client.send.bind(lab.client);
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Lets what is pending become available. */
function settle(): void {
  lab.clock.pass(1_000);
}

async function available(id: string): Promise<number | undefined> {
  const { Subnets } = await send(new ec2.DescribeSubnetsCommand({ SubnetIds: [id] }));
  return Subnets?.[0]?.AvailableIpAddressCount;
}

test("a VPC with a further block and IPv6", async () => {
  const { Vpc } = await send(
    new ec2.CreateVpcCommand({ CidrBlock: "10.7.0.9/16", AmazonProvidedIpv6CidrBlock: true }),
  );
  expect(Vpc).toMatchObject({
    CidrBlock: "10.7.0.0/16",
    IsDefault: false,
    InstanceTenancy: "default",
  });
  const VpcId = Vpc?.VpcId ?? "";
  settle();
  const more = await send(
    new ec2.AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: "100.64.0.0/16" }),
  );
  expect(more.CidrBlockAssociation?.CidrBlock).toBe("100.64.0.0/16");
  const ipv6 = await send(
    new ec2.AssociateVpcCidrBlockCommand({ VpcId, AmazonProvidedIpv6CidrBlock: true }),
  );
  expect(ipv6.Ipv6CidrBlockAssociation?.Ipv6CidrBlock).toMatch(/\/56$/);
  settle();
  const described = await send(new ec2.DescribeVpcsCommand({ VpcIds: [VpcId] }));
  const states = described.Vpcs?.[0]?.CidrBlockAssociationSet?.map(
    (each) => each.CidrBlockState?.State,
  );
  expect(states).toEqual(["associated", "associated"]);
  const AssociationId = more.CidrBlockAssociation?.AssociationId;
  const gone = await send(new ec2.DisassociateVpcCidrBlockCommand({ AssociationId }));
  expect(gone.CidrBlockAssociation?.CidrBlockState?.State).toBe("disassociating");
  await send(new ec2.DeleteVpcCommand({ VpcId }));
});

test("a subnet: its attributes, its reservations and its end", async () => {
  const { Subnet } = await send(
    new ec2.CreateSubnetCommand({
      VpcId: lab.vpcId,
      CidrBlock: "10.0.10.7/24",
      AvailabilityZoneId: "usw2-az3",
      TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "a", Value: "b" }] }],
    }),
  );
  expect(Subnet).toMatchObject({ CidrBlock: "10.0.10.0/24", AvailabilityZone: "us-west-2c" });
  const SubnetId = Subnet?.SubnetId ?? "";
  settle();
  const MapPublicIpOnLaunch = { Value: true };
  await send(new ec2.ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch }));
  const Filters = [{ Name: "map-public-ip-on-launch", Values: ["true"] }];
  const { Subnets } = await send(new ec2.DescribeSubnetsCommand({ Filters }));
  expect(Subnets?.map((each) => each.SubnetId)).toEqual([SubnetId]);
  const { SubnetCidrReservation: reservation } = await send(
    new ec2.CreateSubnetCidrReservationCommand({
      SubnetId,
      Cidr: "10.0.10.192/26",
      ReservationType: "prefix",
      Description: "for pods",
    }),
  );
  expect(reservation).toMatchObject({ Cidr: "10.0.10.192/26", Description: "for pods" });
  // The top address is one of the five that are never available.
  expect(await available(SubnetId)).toBe(251 - 63);
  const listed = await send(new ec2.GetSubnetCidrReservationsCommand({ SubnetId }));
  expect(listed.SubnetIpv4CidrReservations).toEqual([reservation]);
  const SubnetCidrReservationId = reservation?.SubnetCidrReservationId;
  await send(new ec2.DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId }));
  expect(await available(SubnetId)).toBe(251);
  await send(new ec2.DeleteSubnetCommand({ SubnetId }));
  await expect(available(SubnetId)).rejects.toMatchObject({ name: "InvalidSubnetID.NotFound" });
});

test("an ENI with addresses of one's choice, and its attributes", async () => {
  const { NetworkInterface: made } = await send(
    new ec2.CreateNetworkInterfaceCommand({
      SubnetId: lab.subnetB,
      PrivateIpAddresses: [
        { PrivateIpAddress: "10.0.2.50", Primary: false },
        { PrivateIpAddress: "10.0.2.40", Primary: true },
      ],
      ConnectionTrackingSpecification: { TcpEstablishedTimeout: 350 },
    }),
  );
  expect(made?.PrivateIpAddresses?.map((each) => each.PrivateIpAddress)).toEqual([
    "10.0.2.40",
    "10.0.2.50",
  ]);
  expect(made?.ConnectionTrackingConfiguration).toEqual({ TcpEstablishedTimeout: 350 });
  const NetworkInterfaceId = made?.NetworkInterfaceId ?? "";
  const change = { NetworkInterfaceId, SourceDestCheck: { Value: false } };
  await send(new ec2.ModifyNetworkInterfaceAttributeCommand(change));
  const ask = async (Attribute: ec2.NetworkInterfaceAttribute) =>
    send(new ec2.DescribeNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attribute }));
  expect((await ask("sourceDestCheck")).SourceDestCheck).toEqual({ Value: false });
  expect((await ask("description")).Description).toEqual({ Value: "" });
  expect((await ask("groupSet")).Groups).toEqual([{ GroupId: lab.groupId, GroupName: "default" }]);
  expect((await ask("attachment")).Attachment).toBeUndefined();
});

test("IPv6 addresses and prefixes", async () => {
  const { Vpc } = await send(
    new ec2.CreateVpcCommand({ CidrBlock: "10.8.0.0/16", AmazonProvidedIpv6CidrBlock: true }),
  );
  settle();
  const Ipv6CidrBlock = Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace("/56", "/64");
  const { Subnet } = await send(
    new ec2.CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.8.1.0/24", Ipv6CidrBlock }),
  );
  settle();
  const { NetworkInterface: eni } = await send(
    new ec2.CreateNetworkInterfaceCommand({ SubnetId: Subnet?.SubnetId, Ipv6AddressCount: 1 }),
  );
  expect(eni?.Ipv6Addresses).toHaveLength(1);
  expect(eni?.Ipv6Address).toBe(eni?.Ipv6Addresses?.[0]?.Ipv6Address);
  const NetworkInterfaceId = eni?.NetworkInterfaceId;
  const added = await send(
    new ec2.AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6PrefixCount: 1 }),
  );
  expect(added.AssignedIpv6Prefixes).toEqual([expect.stringMatching(/\/80$/)]);
  const Ipv6Prefixes = added.AssignedIpv6Prefixes;
  const removed = await send(
    new ec2.UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Prefixes }),
  );
  expect(removed.UnassignedIpv6Prefixes).toEqual(Ipv6Prefixes);
});

test("security groups and their rules", async () => {
  const { GroupId } = await send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: "db",
      Description: "Databases",
      VpcId: lab.vpcId,
    }),
  );
  const ports = { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432 };
  const { SecurityGroupRules: rules } = await send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { ...ports, IpRanges: [{ CidrIp: "10.0.0.0/16", Description: "the VPC" }] },
        { ...ports, UserIdGroupPairs: [{ GroupId: lab.groupId }] },
      ],
    }),
  );
  expect(rules).toMatchObject([
    { GroupId, IsEgress: false, ...ports, CidrIpv4: "10.0.0.0/16", Description: "the VPC" },
    { ReferencedGroupInfo: { GroupId: lab.groupId, UserId: "111122223333" } },
  ]);
  const Filters = [{ Name: "ip-permission.from-port", Values: ["5432"] }];
  const found = await send(new ec2.DescribeSecurityGroupsCommand({ Filters }));
  // Rules that differ in the source only are shown as one.
  expect(found.SecurityGroups?.[0]?.IpPermissions).toMatchObject([
    {
      ...ports,
      IpRanges: [{ CidrIp: "10.0.0.0/16", Description: "the VPC" }],
      UserIdGroupPairs: [{ GroupId: lab.groupId }],
    },
  ]);
  expect(found.SecurityGroups?.[0]?.IpPermissionsEgress).toMatchObject([{ IpProtocol: "-1" }]);
  const [first, second] = rules ?? [];
  await send(
    new ec2.RevokeSecurityGroupIngressCommand({
      GroupId,
      SecurityGroupRuleIds: [first?.SecurityGroupRuleId ?? ""],
    }),
  );
  const described = await send(
    new ec2.DescribeSecurityGroupRulesCommand({
      Filters: [{ Name: "group-id", Values: [GroupId ?? ""] }],
    }),
  );
  const ids = described.SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId);
  expect(ids).toContain(second?.SecurityGroupRuleId);
  expect(ids).not.toContain(first?.SecurityGroupRuleId);
  const everything = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [everything] }));
  const flat = { IpProtocol: "udp", FromPort: 53, ToPort: 53, CidrIp: "0.0.0.0/0" };
  await send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, ...flat }));
  const byName = await send(new ec2.DescribeSecurityGroupsCommand({ GroupNames: ["db"] }));
  expect(byName.SecurityGroups?.[0]?.IpPermissionsEgress).toMatchObject([{ IpProtocol: "udp" }]);
  await send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
});

test("gateways and routes", async () => {
  const { VpcId, SubnetId } = { VpcId: lab.vpcId, SubnetId: lab.subnetB };
  const { InternetGateway } = await send(new ec2.CreateInternetGatewayCommand());
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? "";
  await send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const Filters = [{ Name: "attachment.vpc-id", Values: [VpcId] }];
  const gateways = await send(new ec2.DescribeInternetGatewaysCommand({ Filters }));
  expect(gateways.InternetGateways?.[0]?.Attachments).toEqual([{ VpcId, State: "available" }]);

  const { AllocationId, PublicIp } = await send(new ec2.AllocateAddressCommand({ Domain: "vpc" }));
  const before = await available(SubnetId);
  const { NatGateway } = await send(new ec2.CreateNatGatewayCommand({ SubnetId, AllocationId }));
  expect(NatGateway?.NatGatewayAddresses).toMatchObject([
    { PublicIp, AllocationId, IsPrimary: true },
  ]);
  expect(await available(SubnetId)).toBe((before ?? 0) - 1);
  const NatGatewayId = NatGateway?.NatGatewayId ?? "";
  settle();
  const nats = await send(new ec2.DescribeNatGatewaysCommand({ NatGatewayIds: [NatGatewayId] }));
  expect(nats.NatGateways?.[0]?.State).toBe("available");
  const addresses = await send(new ec2.DescribeAddressesCommand());
  expect(addresses.Addresses).toMatchObject([
    { AllocationId, PrivateIpAddress: NatGateway?.NatGatewayAddresses?.[0]?.PrivateIp },
  ]);

  const { RouteTable } = await send(new ec2.CreateRouteTableCommand({ VpcId }));
  const RouteTableId = RouteTable?.RouteTableId ?? "";
  const DestinationCidrBlock = "0.0.0.0/0";
  const route = { RouteTableId, DestinationCidrBlock };
  await send(new ec2.CreateRouteCommand({ ...route, NatGatewayId }));
  await send(new ec2.ReplaceRouteCommand({ ...route, GatewayId: InternetGatewayId }));
  const { AssociationId } = await send(
    new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId }),
  );
  const tables = await send(
    new ec2.DescribeRouteTablesCommand({
      Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }],
    }),
  );
  expect(tables.RouteTables?.[0]?.Routes).toEqual([
    {
      DestinationCidrBlock: "10.0.0.0/16",
      GatewayId: "local",
      Origin: "CreateRouteTable",
      State: "active",
    },
    { DestinationCidrBlock, GatewayId: InternetGatewayId, Origin: "CreateRoute", State: "active" },
  ]);
  await send(new ec2.DeleteRouteCommand(route));
  const toNode = { RouteTableId, DestinationCidrBlock: "10.99.0.0/16", InstanceId: lab.instanceId };
  await send(new ec2.CreateRouteCommand(toNode));
  const [, back] =
    (await send(new ec2.DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] })))
      .RouteTables?.[0]?.Routes ?? [];
  expect(back).toMatchObject({ InstanceId: lab.instanceId, InstanceOwnerId: "111122223333" });
  await send(new ec2.DisassociateRouteTableCommand({ AssociationId }));
  await send(new ec2.DeleteRouteTableCommand({ RouteTableId }));

  await send(new ec2.DeleteNatGatewayCommand({ NatGatewayId }));
  settle();
  expect(await available(SubnetId)).toBe(before);
  await send(new ec2.ReleaseAddressCommand({ AllocationId }));
  await send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  await send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId }));
});

test.each([
  {
    name: "two destinations",
    query: "DestinationCidrBlock=0.0.0.0/0&DestinationIpv6CidrBlock=::/0",
    code: "InvalidParameterCombination",
  },
  { name: "no destination", query: "GatewayId=igw-00000000", code: "MissingParameter" },
  {
    name: "two targets",
    query: "DestinationCidrBlock=0.0.0.0/0&GatewayId=igw-00000000&NatGatewayId=nat-00000000",
    code: "InvalidParameterCombination",
  },
  { name: "no target", query: "DestinationCidrBlock=0.0.0.0/0", code: "MissingParameter" },
  {
    name: "an unknown ENI",
    query: "DestinationIpv6CidrBlock=::/0&NetworkInterfaceId=eni-00000000",
    code: "InvalidNetworkInterfaceID.NotFound",
  },
])("a route with $name: $code", async ({ query, code }) => {
  const main = lab.region.records.vpcs.get(lab.vpcId)?.mainRouteTableId ?? "";
  const response = await fetch(`${lab.url}/?Action=CreateRoute&RouteTableId=${main}&${query}`);
  expect(await response.text()).toContain(`<Code>${code}</Code>`);
});

test("network ACLs", async () => {
  const { NetworkAcl } = await send(new ec2.CreateNetworkAclCommand({ VpcId: lab.vpcId }));
  const NetworkAclId = NetworkAcl?.NetworkAclId ?? "";
  const entry = {
    NetworkAclId,
    RuleNumber: 90,
    Egress: false,
    Protocol: "6",
    CidrBlock: "10.0.0.0/8",
  };
  const PortRange = { From: 80, To: 443 };
  await send(new ec2.CreateNetworkAclEntryCommand({ ...entry, RuleAction: "allow", PortRange }));
  await send(new ec2.ReplaceNetworkAclEntryCommand({ ...entry, RuleAction: "deny", PortRange }));
  const ping = { ...entry, RuleNumber: 91, Protocol: "1", IcmpTypeCode: { Type: 8, Code: 0 } };
  await send(new ec2.CreateNetworkAclEntryCommand({ ...ping, RuleAction: "allow" }));
  const old = await send(
    new ec2.DescribeNetworkAclsCommand({
      Filters: [{ Name: "association.subnet-id", Values: [lab.subnetA] }],
    }),
  );
  const association = old.NetworkAcls?.[0]?.Associations?.find(
    (each) => each.SubnetId === lab.subnetA,
  );
  const AssociationId = association?.NetworkAclAssociationId ?? "";
  await send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  const { NetworkAcls } = await send(
    new ec2.DescribeNetworkAclsCommand({ NetworkAclIds: [NetworkAclId] }),
  );
  expect(NetworkAcls?.[0]?.Associations).toMatchObject([{ SubnetId: lab.subnetA }]);
  expect(NetworkAcls?.[0]?.Entries).toContainEqual({
    RuleNumber: 90,
    Egress: false,
    Protocol: "6",
    CidrBlock: "10.0.0.0/8",
    RuleAction: "deny",
    PortRange,
  });
  await send(new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber: 90, Egress: false }));
  await expect(send(new ec2.DeleteNetworkAclCommand({ NetworkAclId }))).rejects.toMatchObject({
    name: "DependencyViolation",
  });
});

test("zones and regions", async () => {
  const zones = await send(new ec2.DescribeAvailabilityZonesCommand({ ZoneIds: ["usw2-az2"] }));
  expect(zones.AvailabilityZones).toMatchObject([{ ZoneName: "us-west-2b", State: "available" }]);
  const regions = await send(new ec2.DescribeRegionsCommand());
  expect(regions.Regions?.map((each) => each.RegionName)).toEqual(["us-west-2"]);
});
