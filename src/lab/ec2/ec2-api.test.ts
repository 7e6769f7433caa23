import {
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  paginateDescribeNetworkInterfaces,
  UnassignPrivateIpAddressesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TIMING } from "../../vpc/index.ts";
import { startTestApi, type TestApi } from "./api-for-tests.ts";

describe("what a node agent does, through the AWS SDK", () => {
  let lab: TestApi;
  let eniId = "";
  beforeAll(async () => {
    lab = await startTestApi({ timing: DEFAULT_TIMING });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  async function available(): Promise<number | undefined> {
    const { Subnets } = await lab.client.send(
      new DescribeSubnetsCommand({
        Filters: [
          { Name: "vpc-id", Values: [lab.vpcId] },
          { Name: "availability-zone", Values: ["us-west-2a"] },
        ],
      }),
    );
    expect(Subnets).toHaveLength(1);
    return Subnets?.[0]?.AvailableIpAddressCount;
  }

  async function eni() {
    const request = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [eniId] });
    return (await lab.client.send(request)).NetworkInterfaces?.[0];
  }

  test("it creates an ENI with nine secondary addresses", async () => {
    expect(await available()).toBe(250);
    const { NetworkInterface: made, ClientToken } = await lab.client.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: lab.subnetA,
        Description: `aws-K8S-${lab.instanceId}`,
        Groups: [lab.groupId],
        SecondaryPrivateIpAddressCount: 9,
        TagSpecifications: [
          {
            ResourceType: "network-interface",
            Tags: [{ Key: "node.k8s.amazonaws.com/instance_id", Value: lab.instanceId }],
          },
        ],
      }),
    );
    eniId = made?.NetworkInterfaceId ?? "";
    expect(made).toMatchObject({
      Status: "pending",
      SubnetId: lab.subnetA,
      VpcId: lab.vpcId,
      AvailabilityZone: "us-west-2a",
      InterfaceType: "interface",
      OwnerId: "111122223333",
      SourceDestCheck: true,
      RequesterManaged: false,
      Groups: [{ GroupId: lab.groupId, GroupName: "default" }],
      TagSet: [{ Key: "node.k8s.amazonaws.com/instance_id", Value: lab.instanceId }],
    });
    expect(made?.MacAddress).toMatch(/^0[26ae](:[0-9a-f]{2}){5}$/);
    expect(made?.PrivateIpAddresses).toHaveLength(10);
    expect(made?.PrivateIpAddresses?.filter(({ Primary }) => Primary === true)).toEqual([
      expect.objectContaining({ PrivateIpAddress: made?.PrivateIpAddress }),
    ]);
    expect(ClientToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(await available()).toBe(240);
    expect(await eni()).toMatchObject({ Status: "available" });
    expect((await eni())?.Attachment).toBeUndefined();
  });

  test("it attaches the ENI, which takes its time", async () => {
    const { AttachmentId, NetworkCardIndex } = await lab.client.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId: eniId,
        InstanceId: lab.instanceId,
        DeviceIndex: 1,
        NetworkCardIndex: 0,
      }),
    );
    expect(NetworkCardIndex).toBe(0);
    expect(await eni()).toMatchObject({
      Status: "in-use",
      Attachment: {
        AttachmentId,
        InstanceId: lab.instanceId,
        DeviceIndex: 1,
        NetworkCardIndex: 0,
        Status: "attaching",
        DeleteOnTermination: false,
        AttachTime: new Date(lab.clock.nowMs()),
      },
    });
    const { Reservations } = await lab.client.send(
      new DescribeInstancesCommand({ InstanceIds: [lab.instanceId] }),
    );
    const instance = Reservations?.[0]?.Instances?.[0];
    expect(instance?.NetworkInterfaces?.map((each) => each.Attachment?.DeviceIndex)).toEqual([
      0, 1,
    ]);
    lab.clock.pass(2_000);
    expect((await eni())?.Attachment?.Status).toBe("attached");
  });

  test("it lets the ENI go with the instance", async () => {
    const AttachmentId = (await eni())?.Attachment?.AttachmentId;
    await lab.client.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eniId,
        Attachment: { AttachmentId, DeleteOnTermination: true },
      }),
    );
    expect((await eni())?.Attachment?.DeleteOnTermination).toBe(true);
  });

  test("a full ENI takes no more; what is released comes back as something new", async () => {
    const assign = new AssignPrivateIpAddressesCommand({
      NetworkInterfaceId: eniId,
      SecondaryPrivateIpAddressCount: 2,
    });
    await expect(lab.client.send(assign)).rejects.toMatchObject({
      name: "PrivateIpAddressLimitExceeded",
    });
    const released = (await eni())?.PrivateIpAddresses?.slice(1, 3) ?? [];
    const PrivateIpAddresses = released.flatMap((each) => each.PrivateIpAddress ?? []);
    const unassign = { NetworkInterfaceId: eniId, PrivateIpAddresses };
    await lab.client.send(new UnassignPrivateIpAddressesCommand(unassign));
    expect((await eni())?.PrivateIpAddresses).toHaveLength(8);
    const added = await lab.client.send(assign);
    // Only what this call has added.
    expect(added.AssignedPrivateIpAddresses).toHaveLength(2);
    expect(added.AssignedIpv4Prefixes).toEqual([]);
    expect((await eni())?.PrivateIpAddresses).toHaveLength(10);
  });

  test("a prefix takes one slot and sixteen addresses", async () => {
    const [, last] = (await eni())?.PrivateIpAddresses ?? [];
    const PrivateIpAddresses = [last?.PrivateIpAddress ?? ""];
    const unassign = { NetworkInterfaceId: eniId, PrivateIpAddresses };
    await lab.client.send(new UnassignPrivateIpAddressesCommand(unassign));
    const before = await available();
    const added = await lab.client.send(
      new AssignPrivateIpAddressesCommand({ NetworkInterfaceId: eniId, Ipv4PrefixCount: 1 }),
    );
    const prefix = added.AssignedIpv4Prefixes?.[0]?.Ipv4Prefix;
    expect(prefix).toMatch(/^10\.0\.1\.\d+\/28$/);
    expect((await eni())?.Ipv4Prefixes).toEqual([{ Ipv4Prefix: prefix }]);
    expect(await available()).toBe((before ?? 0) - 16);
  });

  test("an attached ENI is in use; a detached one can be deleted, after a while", async () => {
    const remove = new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eniId });
    const inUse = {
      name: "InvalidParameterValue",
      message: expect.stringContaining(`'${eniId}' is currently in use`) as string,
    };
    await expect(lab.client.send(remove)).rejects.toMatchObject(inUse);
    const AttachmentId = (await eni())?.Attachment?.AttachmentId;
    await lab.client.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    expect((await eni())?.Attachment?.Status).toBe("detaching");
    await expect(lab.client.send(remove)).rejects.toMatchObject(inUse);
    lab.clock.pass(5_000);
    expect((await eni())?.Status).toBe("available");
    await lab.client.send(remove);
    await expect(eni()).rejects.toMatchObject({
      name: "InvalidNetworkInterfaceID.NotFound",
      message: `The networkInterface ID '${eniId}' does not exist`,
    });
    expect(await available()).toBe(250);
  });

  test("the log tells the calls, their callers and what was refused", () => {
    const last = lab.api.calls.calls().findLast(({ errorCode }) => errorCode !== undefined);
    expect(last).toMatchObject({
      action: "DescribeNetworkInterfaces",
      caller: "AKIALAB",
      attempt: 1,
      errorCode: "InvalidNetworkInterfaceID.NotFound",
    });
    expect(last?.client).toMatch(/^aws-sdk-js/);
    expect(lab.api.calls.counts().get("DeleteNetworkInterface")).toEqual({ calls: 3, errors: 2 });
  });
});

describe("tags", () => {
  test("are set, overwritten, listed, filtered and deleted", async () => {
    await using lab = await startTestApi();
    const Resources = [lab.subnetA, lab.subnetB];
    const send = lab.client.send.bind(lab.client);
    await send(new CreateTagsCommand({ Resources, Tags: [{ Key: "role", Value: "" }] }));
    await send(
      new CreateTagsCommand({ Resources: [lab.subnetB], Tags: [{ Key: "role", Value: "db" }] }),
    );
    const byTag = async (Value: string) => {
      const Filters = [{ Name: "tag:role", Values: [Value] }];
      const { Subnets } = await send(new DescribeSubnetsCommand({ Filters }));
      return Subnets?.map(({ SubnetId }) => SubnetId);
    };
    expect(await byTag("")).toEqual([lab.subnetA]);
    expect(await byTag("db")).toEqual([lab.subnetB]);
    const Filters = [
      { Name: "resource-type", Values: ["subnet"] },
      { Name: "tag:role", Values: ["*"] },
    ];
    const { Tags } = await send(new DescribeTagsCommand({ Filters }));
    expect(Tags).toEqual([
      { ResourceId: lab.subnetA, ResourceType: "subnet", Key: "role", Value: "" },
      { ResourceId: lab.subnetB, ResourceType: "subnet", Key: "role", Value: "db" },
    ]);
    await send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "role", Value: "db" }] }));
    expect(await byTag("*")).toEqual([lab.subnetA]);
    await send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "role" }] }));
    expect(await byTag("*")).toEqual([]);
  });
});

describe("pages", () => {
  test("the SDK's paginator sees every ENI once", async () => {
    await using lab = await startTestApi();
    for (let count = 0; count < 11; count++) {
      await lab.client.send(new CreateNetworkInterfaceCommand({ SubnetId: lab.subnetB }));
    }
    const seen: string[] = [];
    let pages = 0;
    const Filters = [{ Name: "status", Values: ["available"] }];
    for await (const page of paginateDescribeNetworkInterfaces(
      { client: lab.client, pageSize: 5 },
      { Filters },
    )) {
      pages++;
      seen.push(...(page.NetworkInterfaces ?? []).map((eni) => eni.NetworkInterfaceId ?? ""));
    }
    expect(pages).toBe(3);
    expect(new Set(seen).size).toBe(11);
    expect(seen).toHaveLength(11);
  });

  test("instance types come in pages of up to a hundred, and by wildcard", async () => {
    await using lab = await startTestApi();
    const first = await lab.client.send(new DescribeInstanceTypesCommand({ MaxResults: 100 }));
    expect(first.InstanceTypes).toHaveLength(100);
    expect(first.NextToken).toEqual(expect.any(String));
    const { InstanceTypes } = await lab.client.send(
      new DescribeInstanceTypesCommand({
        Filters: [{ Name: "instance-type", Values: ["m5.large", "m5.?large"] }],
      }),
    );
    const limits = InstanceTypes?.map(({ InstanceType, NetworkInfo: info }) => [
      InstanceType,
      info?.MaximumNetworkInterfaces,
      info?.Ipv4AddressesPerInterface,
    ]);
    expect(limits).toEqual([
      ["m5.large", 3, 10],
      ["m5.xlarge", 4, 15],
    ]);
  });
});
