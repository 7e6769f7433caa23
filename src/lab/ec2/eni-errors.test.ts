import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Refusal, refusalOf, startTestApi, type TestApi } from "./api-for-tests.ts";

let lab: TestApi;
let eniId = "";
let primaryAttachment = "";
beforeAll(async () => {
  lab = await startTestApi();
  const { region, subnetA, instanceId } = lab;
  const made = region.enis.create({ subnetId: subnetA });
  eniId = made.ok ? made.value.id : "";
  primaryAttachment = region.instances.enisOf(instanceId)[0]?.attachment?.id ?? "";
});
afterAll(() => lab[Symbol.asyncDispose]());

const ask = (form: string): Promise<Refusal> => refusalOf(lab.url, form);

const NO_ATTACHMENT = "eni-attach-00000000000000000";

describe("ENIs", () => {
  test.each([
    {
      name: "too few addresses",
      query: "SecondaryPrivateIpAddressCount=49",
      times: 6,
      code: "InsufficientFreeAddressesInSubnet",
    },
    {
      name: "an address outside",
      query: "PrivateIpAddress=10.0.9.9",
      times: 1,
      code: "InvalidParameterValue",
    },
    {
      name: "a reserved address",
      query: "PrivateIpAddress=10.0.2.1",
      times: 1,
      code: "InvalidParameterValue",
    },
    {
      name: "no address at all",
      query: "PrivateIpAddress=ten",
      times: 1,
      code: "InvalidParameterValue",
    },
    {
      name: "two primaries",
      query:
        "PrivateIpAddresses.1.PrivateIpAddress=10.0.2.9&PrivateIpAddresses.1.Primary=true&PrivateIpAddress=10.0.2.10",
      times: 1,
      code: "InvalidParameterCombination",
    },
    {
      name: "a prefix off its boundary",
      query: "Ipv4Prefix.1.Ipv4Prefix=10.0.2.40/28",
      times: 1,
      code: "InvalidParameterValue",
    },
    {
      name: "prefixes and secondaries",
      query: "Ipv4PrefixCount=1&SecondaryPrivateIpAddressCount=1",
      times: 1,
      code: "InvalidParameterCombination",
    },
    {
      name: "an unknown group",
      query: "SecurityGroupId.1=sg-00000000",
      times: 1,
      code: "InvalidGroup.NotFound",
    },
    {
      name: "an unknown type",
      query: "InterfaceType=warp",
      times: 1,
      code: "InvalidParameterValue",
    },
    {
      name: "tags for something else",
      query: "TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=a",
      times: 1,
      code: "InvalidParameterValue",
    },
  ])("created with $name: $code", async ({ query, times, code }) => {
    let answer = { code: "" };
    for (let time = 0; time < times; time++) {
      answer = await ask(`Action=CreateNetworkInterface&SubnetId=${lab.subnetB}&${query}`);
    }
    expect(answer.code).toBe(code);
  });

  test.each([
    { name: "a taken device index", index: 0, code: "InvalidParameterValue" },
    { name: "a card that isn't there", index: 1, card: 1, code: "InvalidParameterValue" },
  ])("attached at $name: $code", async ({ index, card = 0, code }) => {
    const form = `NetworkInterfaceId=${eniId}&InstanceId=${lab.instanceId}&DeviceIndex=${index}&NetworkCardIndex=${card}`;
    expect(await ask(`Action=AttachNetworkInterface&${form}`)).toMatchObject({ code });
  });

  test("the primary ENI stays", async () => {
    const form = `Action=DetachNetworkInterface&AttachmentId=${primaryAttachment}`;
    expect(await ask(form)).toMatchObject({ code: "OperationNotPermitted" });
  });

  test.each([
    { name: "none", query: "", code: "MissingParameter" },
    {
      name: "several ways at once",
      query: "&Ipv4PrefixCount=1&SecondaryPrivateIpAddressCount=1",
      code: "InvalidParameterCombination",
    },
    {
      name: "an address of another subnet",
      query: "&PrivateIpAddress.1=10.0.2.9",
      code: "InvalidParameterValue",
    },
    {
      name: "half an address",
      query: "&SecondaryPrivateIpAddressCount=0.5",
      code: "InvalidParameterValue",
    },
  ])("assigned $name: $code", async ({ query, code }) => {
    const form = `Action=AssignPrivateIpAddresses&NetworkInterfaceId=${eniId}${query}`;
    expect(await ask(form)).toMatchObject({ code });
  });

  test.each([
    { name: "nothing", query: "", code: "MissingParameter" },
    {
      name: "an address it doesn't have",
      query: "&PrivateIpAddress.1=10.0.1.200",
      code: "InvalidParameterValue",
    },
  ])("relieved of $name: $code", async ({ query, code }) => {
    const form = `Action=UnassignPrivateIpAddresses&NetworkInterfaceId=${eniId}${query}`;
    expect(await ask(form)).toMatchObject({ code });
  });

  test.each([
    { name: "no attribute", query: "", code: "MissingParameter" },
    {
      name: "two attributes",
      query: "&Description.Value=x&SourceDestCheck.Value=false",
      code: "InvalidParameterCombination",
    },
    {
      name: "half an attachment",
      query: `&Attachment.AttachmentId=${NO_ATTACHMENT}`,
      code: "MissingParameter",
    },
    {
      name: "an unknown attachment",
      query: `&Attachment.AttachmentId=${NO_ATTACHMENT}&Attachment.DeleteOnTermination=true`,
      code: "InvalidAttachmentID.NotFound",
    },
  ])("modified with $name: $code", async ({ query, code }) => {
    const form = `Action=ModifyNetworkInterfaceAttribute&NetworkInterfaceId=${eniId}${query}`;
    expect(await ask(form)).toMatchObject({ code });
  });
});

describe("subnets and VPCs", () => {
  test.each([
    { name: "no block", query: "Action=CreateVpc&CidrBlock=ten", code: "InvalidParameterValue" },
    {
      name: "a block too large",
      query: "Action=CreateVpc&CidrBlock=10.0.0.0/8",
      code: "InvalidVpc.Range",
    },
    {
      name: "a subnet outside",
      query: "Action=CreateSubnet&VpcId=V&CidrBlock=10.9.0.0/24",
      code: "InvalidSubnet.Range",
    },
    {
      name: "a subnet in another's place",
      query: "Action=CreateSubnet&VpcId=V&CidrBlock=10.0.1.128/25",
      code: "InvalidSubnet.Conflict",
    },
    {
      name: "a subnet without a block",
      query: "Action=CreateSubnet&VpcId=V",
      code: "MissingParameter",
    },
    {
      name: "a subnet in an unknown zone",
      query: "Action=CreateSubnet&VpcId=V&CidrBlock=10.0.9.0/24&AvailabilityZone=mars-1a",
      code: "InvalidParameterValue",
    },
    {
      name: "a subnet in use",
      query: "Action=DeleteSubnet&SubnetId=A",
      code: "DependencyViolation",
    },
    { name: "a VPC in use", query: "Action=DeleteVpc&VpcId=V", code: "DependencyViolation" },
    {
      name: "a block of either kind",
      query: "Action=AssociateVpcCidrBlock&VpcId=V",
      code: "MissingParameter",
    },
    {
      name: "blocks of both kinds",
      query:
        "Action=AssociateVpcCidrBlock&VpcId=V&CidrBlock=10.1.0.0/16&AmazonProvidedIpv6CidrBlock=true",
      code: "InvalidParameterCombination",
    },
    {
      name: "a block that overlaps",
      query: "Action=AssociateVpcCidrBlock&VpcId=V&CidrBlock=10.0.0.0/20",
      code: "InvalidVpc.Range",
    },
    {
      name: "a reservation of an unknown kind",
      query:
        "Action=CreateSubnetCidrReservation&SubnetId=A&Cidr=10.0.1.64/26&ReservationType=vague",
      code: "InvalidParameterValue",
    },
    {
      name: "a reservation outside",
      query:
        "Action=CreateSubnetCidrReservation&SubnetId=A&Cidr=10.0.2.64/26&ReservationType=prefix",
      code: "InvalidParameterValue",
    },
  ])("$name: $code", async ({ query, code }) => {
    const form = query
      .replace("VpcId=V", `VpcId=${lab.vpcId}`)
      .replace("SubnetId=A", `SubnetId=${lab.subnetA}`);
    expect(await ask(form)).toMatchObject({ code });
  });
});
