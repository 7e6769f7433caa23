import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Refusal, refusalOf, startTestApi, type TestApi } from "./api-for-tests.ts";

let lab: TestApi;
let eniId = "";
beforeAll(async () => {
  lab = await startTestApi();
  const { region, subnetA } = lab;
  const made = region.enis.create({ subnetId: subnetA });
  eniId = made.ok ? made.value.id : "";
});
afterAll(() => lab[Symbol.asyncDispose]());

const ask = (form: string): Promise<Refusal> => refusalOf(lab.url, form);

const NO_ENI = "eni-00000000000000000";

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
      form: `Action=DetachNetworkInterface&AttachmentId=eni-attach-00000000000000000`,
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
