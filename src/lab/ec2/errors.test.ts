import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "./api-for-tests.ts";

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

async function ask(form: string): Promise<{ status: number; code: string; message: string }> {
  const response = await fetch(lab.url, { method: "POST", body: new URLSearchParams(form) });
  const body = await response.text();
  const part = (name: string): string =>
    new RegExp(`<${name}>(.*)</${name}>`).exec(body)?.[1] ?? "";
  return {
    status: response.status,
    code: part("Code"),
    message: part("Message").replaceAll("&apos;", "'"),
  };
}

const NO_ENI = "eni-00000000000000000";
const NO_ATTACHMENT = "eni-attach-00000000000000000";

describe("the request as such", () => {
  test.each([
    { name: "no action", form: "Version=2016-11-15", code: "MissingAction" },
    { name: "an unknown action", form: "Action=DescribeUnicorns", code: "InvalidAction" },
    { name: "a name of Object.prototype", form: "Action=constructor", code: "InvalidAction" },
    {
      name: "an unknown parameter",
      form: "Action=DescribeVpcs&Colour=red",
      code: "UnknownParameter",
    },
    {
      name: "a missing parameter",
      form: "Action=CreateSubnet&CidrBlock=10.0.0.0/24",
      code: "MissingParameter",
    },
    { name: "an empty parameter", form: "Action=DeleteSubnet&SubnetId=", code: "MissingParameter" },
    {
      name: "an unknown filter",
      form: "Action=DescribeVpcs&Filter.1.Name=x&Filter.1.Value.1=y",
      code: "InvalidParameterValue",
    },
    { name: "a foreign token", form: "Action=DescribeVpcs&NextToken=x", code: "InvalidNextToken" },
    {
      name: "a page too small",
      form: "Action=DescribeVpcs&MaxResults=1",
      code: "InvalidParameterValue",
    },
    {
      name: "a dry run of an action without one",
      form: "Action=ModifySubnetAttribute&SubnetId=subnet-00000000&DryRun=true",
      code: "UnknownParameter",
    },
  ])("$name: $code", async ({ form, code }) => {
    expect(await ask(form)).toMatchObject({ status: 400, code });
  });

  test("a dry run answers 412 and changes nothing", async () => {
    const before = lab.region.records.enis.size;
    const form = `Action=CreateNetworkInterface&SubnetId=${lab.subnetA}&DryRun=true`;
    expect(await ask(form)).toMatchObject({ status: 412, code: "DryRunOperation" });
    expect(lab.region.records.enis.size).toBe(before);
  });

  test("a dry run still needs its parameters", async () => {
    const answer = await ask("Action=CreateNetworkInterface&DryRun=true");
    expect(answer).toMatchObject({
      code: "MissingParameter",
      message: "The request must contain the parameter subnetId",
    });
  });
});

describe("ids", () => {
  test.each([
    {
      name: "an ENI",
      form: "Action=DescribeNetworkInterfaces&NetworkInterfaceId.1=nope",
      code: "InvalidNetworkInterfaceID.Malformed",
    },
    {
      name: "a subnet",
      form: "Action=DescribeSubnets&SubnetId.1=subnet-XYZ",
      code: "InvalidSubnetID.Malformed",
    },
    {
      name: "an instance",
      form: "Action=DescribeInstances&InstanceId.1=i-x",
      code: "InvalidInstanceID.Malformed",
    },
    {
      name: "a VPC",
      form: "Action=DescribeVpcs&VpcId.1=10.0.0.0/16",
      code: "InvalidVpcID.Malformed",
    },
    {
      name: "a group",
      form: "Action=DescribeSecurityGroups&GroupId.1=default",
      code: "InvalidGroupId.Malformed",
    },
    {
      name: "a resource to tag",
      form: "Action=CreateTags&ResourceId.1=nope&Tag.1.Key=a",
      code: "InvalidID",
    },
    {
      name: "an allocation",
      form: "Action=DescribeAddresses&AllocationId.1=x",
      code: "InvalidParameterValue",
    },
  ])("$name that is none: $code", async ({ form, code }) => {
    expect(await ask(form)).toMatchObject({ status: 400, code });
  });

  test.each([
    {
      name: "an ENI",
      form: `Action=DescribeNetworkInterfaces&NetworkInterfaceId.1=${NO_ENI}`,
      code: "InvalidNetworkInterfaceID.NotFound",
    },
    {
      name: "an ENI to delete",
      form: `Action=DeleteNetworkInterface&NetworkInterfaceId=${NO_ENI}`,
      code: "InvalidNetworkInterfaceID.NotFound",
    },
    {
      name: "a subnet",
      form: "Action=DescribeSubnets&SubnetId.1=subnet-00000000",
      code: "InvalidSubnetID.NotFound",
    },
    {
      name: "an instance",
      form: "Action=DescribeInstances&InstanceId.1=i-00000000",
      code: "InvalidInstanceID.NotFound",
    },
    {
      name: "a VPC",
      form: "Action=DescribeVpcs&VpcId.1=vpc-00000000",
      code: "InvalidVpcID.NotFound",
    },
    {
      name: "a group",
      form: "Action=DescribeSecurityGroups&GroupId.1=sg-00000000",
      code: "InvalidGroup.NotFound",
    },
    {
      name: "a group by name",
      form: "Action=DescribeSecurityGroups&GroupName.1=nobody",
      code: "InvalidGroup.NotFound",
    },
    {
      name: "a rule",
      form: "Action=DescribeSecurityGroupRules&SecurityGroupRuleId.1=sgr-00000000",
      code: "InvalidSecurityGroupRuleId.NotFound",
    },
    {
      name: "a route table",
      form: "Action=DescribeRouteTables&RouteTableId.1=rtb-00000000",
      code: "InvalidRouteTableID.NotFound",
    },
    {
      name: "an attachment",
      form: `Action=DetachNetworkInterface&AttachmentId=${NO_ATTACHMENT}`,
      code: "InvalidAttachmentID.NotFound",
    },
    {
      name: "an instance type",
      form: "Action=DescribeInstanceTypes&InstanceType.1=m5.huge",
      code: "InvalidInstanceType",
    },
    {
      name: "a zone",
      form: "Action=DescribeAvailabilityZones&ZoneName.1=mars-1a",
      code: "InvalidParameterValue",
    },
    {
      name: "a region",
      form: "Action=DescribeRegions&RegionName.1=mars-1",
      code: "InvalidParameterValue",
    },
    {
      name: "a resource to tag",
      form: `Action=CreateTags&ResourceId.1=${NO_ENI}&Tag.1.Key=a`,
      code: "InvalidNetworkInterfaceID.NotFound",
    },
  ])("$name that doesn't exist: $code", async ({ form, code }) => {
    expect(await ask(form)).toMatchObject({ status: 400, code });
  });

  test("of several unknown ENIs the message quotes the first, and only it", async () => {
    const ids = `NetworkInterfaceId.1=${eniId}&NetworkInterfaceId.2=${NO_ENI}&NetworkInterfaceId.3=eni-11111111`;
    const { message } = await ask(`Action=DescribeNetworkInterfaces&${ids}`);
    expect(message.match(/'[A-Za-z0-9-]+'/g)).toEqual([`'${NO_ENI}'`]);
  });

  test("ids together with a page size", async () => {
    const form = `Action=DescribeInstances&InstanceId.1=${lab.instanceId}&MaxResults=5`;
    expect(await ask(form)).toMatchObject({ code: "InvalidParameterCombination" });
  });
});

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
