import * as ec2 from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatIpv4, ipv4FromBytes } from "../../net/index.ts";
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

/** An address of subnet B that nobody holds. */
function freeAddress(): string {
  const last = Array.from({ length: 200 }, (_, index) => index + 10);
  const free = last
    .map((byte) => ipv4FromBytes([10, 0, 2, byte]))
    .find((ip) => lab.region.subnets.holderOf(lab.vpcId, ip) === undefined);
  return free === undefined ? "" : formatIpv4(free);
}

test("start with their ENIs, and end with them", async () => {
  const run = await send(
    new ec2.RunInstancesCommand({
      ImageId: "ami-0123456789abcdef0",
      InstanceType: "m5.large",
      MinCount: 2,
      MaxCount: 2,
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: lab.subnetB, Groups: [lab.groupId] },
        { DeviceIndex: 1, SubnetId: lab.subnetB, DeleteOnTermination: false, Ipv4PrefixCount: 1 },
      ],
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
      IamInstanceProfile: { Arn: "arn:aws:iam::111122223333:instance-profile/node" },
      UserData: "IyE=",
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "Name", Value: "pair" }] },
        { ResourceType: "network-interface", Tags: [{ Key: "of", Value: "pair" }] },
      ],
    }),
  );
  expect(run.Instances).toHaveLength(2);
  expect(run.Instances?.map((each) => each.AmiLaunchIndex)).toEqual([0, 1]);
  expect(run.Instances?.[0]).toMatchObject({
    State: { Code: 0, Name: "pending" },
    InstanceType: "m5.large",
    SubnetId: lab.subnetB,
    Placement: { AvailabilityZone: "us-west-2b" },
    Hypervisor: "xen",
    MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
    Tags: [{ Key: "Name", Value: "pair" }],
    IamInstanceProfile: { Arn: "arn:aws:iam::111122223333:instance-profile/node" },
  });
  settle();
  const reservation = { Name: "reservation-id", Values: [run.ReservationId ?? ""] };
  const running = { Name: "instance-state-name", Values: ["running"] };
  const found = await send(new ec2.DescribeInstancesCommand({ Filters: [reservation, running] }));
  expect(found.Reservations).toHaveLength(1);
  const [first, second] = found.Reservations?.[0]?.Instances ?? [];
  const enis = first?.NetworkInterfaces ?? [];
  expect(enis.map((eni) => eni.Attachment?.DeviceIndex)).toEqual([0, 1]);
  expect(enis.map((eni) => eni.InterfaceType)).toEqual(["interface", "interface"]);
  expect(enis[1]?.Ipv4Prefixes).toHaveLength(1);
  expect(enis[0]?.Attachment).not.toHaveProperty("InstanceId");

  const InstanceIds = [first?.InstanceId ?? "", second?.InstanceId ?? ""];
  const ended = await send(new ec2.TerminateInstancesCommand({ InstanceIds }));
  expect(ended.TerminatingInstances?.[0]).toMatchObject({
    CurrentState: { Code: 32, Name: "shutting-down" },
    PreviousState: { Code: 16, Name: "running" },
  });
  settle();
  const left = await send(
    new ec2.DescribeNetworkInterfacesCommand({ Filters: [{ Name: "tag:of", Values: ["pair"] }] }),
  );
  expect(left.NetworkInterfaces?.map((eni) => eni.Status)).toEqual(["available", "available"]);
  const gone = await send(new ec2.DescribeInstancesCommand({ InstanceIds }));
  const states = gone.Reservations?.[0]?.Instances?.map((each) => each.State?.Name);
  expect(states).toEqual(["terminated", "terminated"]);
});

test("an instance may take an ENI that exists, or be told only its subnet", async () => {
  const made = await send(new ec2.CreateNetworkInterfaceCommand({ SubnetId: lab.subnetB }));
  const NetworkInterfaceId = made.NetworkInterface?.NetworkInterfaceId;
  const base = { ImageId: "ami-1", InstanceType: "t3.medium", MinCount: 1, MaxCount: 1 } as const;
  const taking = await send(
    new ec2.RunInstancesCommand({
      ...base,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
    }),
  );
  expect(taking.Instances?.[0]?.PrivateIpAddress).toBe(made.NetworkInterface?.PrivateIpAddress);
  const PrivateIpAddress = freeAddress();
  const simple = await send(
    new ec2.RunInstancesCommand({
      ...base,
      SubnetId: lab.subnetB,
      PrivateIpAddress,
    }),
  );
  expect(simple.Instances?.[0]?.PrivateIpAddress).toBe(PrivateIpAddress);
});

test.each([
  {
    name: "an unknown type",
    query: "ImageId=ami-1&InstanceType=m5.huge&SubnetId=B",
    code: "InvalidParameterValue",
  },
  { name: "no image", query: "InstanceType=m5.large&SubnetId=B", code: "MissingParameter" },
  { name: "no subnet", query: "ImageId=ami-1&InstanceType=m5.large", code: "MissingParameter" },
  {
    name: "an ENI without a place",
    query: "ImageId=ami-1&NetworkInterface.1.SubnetId=B",
    code: "MissingParameter",
  },
  {
    name: "a subnet twice",
    query: "ImageId=ami-1&SubnetId=B&NetworkInterface.1.DeviceIndex=0",
    code: "InvalidParameterCombination",
  },
  {
    name: "a strange option",
    query: "ImageId=ami-1&SubnetId=B&MetadataOptions.HttpTokens=perhaps",
    code: "InvalidParameterValue",
  },
])("none starts with $name: $code", async ({ query, code }) => {
  const form = query.replace("SubnetId=B", `SubnetId=${lab.subnetB}`);
  const response = await fetch(`${lab.url}/?Action=RunInstances&MinCount=1&MaxCount=1&${form}`);
  expect(await response.text()).toContain(`<Code>${code}</Code>`);
});

test("pages of instances", async () => {
  const run = { ImageId: "ami-1", InstanceType: "t3.nano", SubnetId: lab.subnetB } as const;
  await send(new ec2.RunInstancesCommand({ ...run, MinCount: 6, MaxCount: 6 }));
  let count = 0;
  const Filters = [{ Name: "instance-type", Values: ["t3.nano"] }];
  const pages = ec2.paginateDescribeInstances({ client: lab.client, pageSize: 5 }, { Filters });
  for await (const page of pages) {
    count += (page.Reservations ?? []).flatMap((each) => each.Instances ?? []).length;
  }
  expect(count).toBe(6);
});
