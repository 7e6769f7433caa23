import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseAttachmentId, parseEniId, parseSecurityGroupId } from "../facts/index.ts";
import { cidrOf, formatCidr6, formatCidr, formatIpv4, parseCidr, parseIpv4 } from "../net/index.ts";
import { newEc2 } from "./ec2-client.ts";
import type { Ec2 } from "./ec2.ts";
import { limitsOf } from "./discover.ts";
import { INSTANCE, must } from "./tiny-instance.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The status of an answer that never comes. */
const SILENCE = 0;

const ENI = must(parseEniId("eni-00000002"));
const ATTACHMENT = must(parseAttachmentId("eni-attach-00000002"));

/** Requests as they came, and answers to give, in order. */
const seen: URLSearchParams[] = [];
const answers: Answer[] = [];
let server: Server;
let endpoint: string;
let ec2: Ec2;

async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request = new URLSearchParams(Buffer.concat(chunks).toString());
  seen.push(request);
  const { status, body } = answers.shift() ?? failure("InternalError", 500);
  if (status === SILENCE) return;
  response.writeHead(status, { "content-type": "text/xml" });
  const action = request.get("Action") ?? "";
  response.end(
    status === 200
      ? `<${action}Response><requestId>r</requestId>${body}</${action}Response>`
      : body,
  );
}

function success(body: string): Answer {
  return { status: 200, body };
}

function failure(code: string, status = 400): Answer {
  const error = `<Error><Code>${code}</Code><Message>words</Message></Error>`;
  return { status, body: `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>` };
}

beforeAll(async () => {
  server = createServer((incoming, response) => void respond(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env["AWS_ACCESS_KEY_ID"] = "test";
  process.env["AWS_SECRET_ACCESS_KEY"] = "test";
  const { port } = server.address() as AddressInfo;
  endpoint = `http://127.0.0.1:${port}`;
  ec2 = await newEc2({ region: "us-west-2", endpoint, requestTimeoutMs: 2_000, attempts: 3 });
});

beforeEach(() => {
  seen.length = 0;
  answers.length = 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The parameters of the only request, without those that every request has. */
function sent(): Record<string, string> {
  expect(seen).toHaveLength(1);
  const entries = [...must(seen[0])].filter(([key]) => key !== "Version" && key !== "ClientToken");
  return Object.fromEntries(entries);
}

const ENI_XML = `<item>
  <networkInterfaceId>eni-00000002</networkInterfaceId><subnetId>subnet-00000001</subnetId>
  <macAddress>02:00:00:00:00:02</macAddress><description>aws-K8S-i-00000001</description>
  <status>in-use</status><interfaceType>interface</interfaceType>
  <attachment><attachmentId>eni-attach-00000002</attachmentId><instanceId>i-00000001</instanceId>
    <deviceIndex>1</deviceIndex><networkCardIndex>0</networkCardIndex></attachment>
  <privateIpAddressesSet>
    <item><privateIpAddress>10.0.1.11</privateIpAddress><primary>true</primary></item>
    <item><privateIpAddress>10.0.1.12</privateIpAddress><primary>false</primary></item>
  </privateIpAddressesSet>
  <ipv4PrefixSet><item><ipv4Prefix>10.0.1.64/28</ipv4Prefix></item></ipv4PrefixSet>
  <ipv6PrefixSet><item><ipv6Prefix>2600:1f14:1:1:5::/80</ipv6Prefix></item></ipv6PrefixSet>
  <tagSet><item><key>team</key><value>a</value></item></tagSet>
</item>`;

describe("questions", () => {
  test("the instance's ENIs, over two pages", async () => {
    answers.push(
      success(`<networkInterfaceSet>${ENI_XML}</networkInterfaceSet><nextToken>more</nextToken>`),
      success(
        `<networkInterfaceSet>${ENI_XML.replaceAll("00000002", "00000003")}</networkInterfaceSet>`,
      ),
    );
    const [first, second] = await ec2.instanceEnis(INSTANCE.instanceId);
    expect(first).toMatchObject({
      id: ENI,
      status: "in-use",
      interfaceType: "interface",
      attachment: { id: ATTACHMENT, instance: INSTANCE.instanceId, deviceIndex: 1, networkCard: 0 },
      tags: { team: "a" },
    });
    expect(first?.secondaryIpv4s.map(formatIpv4)).toEqual(["10.0.1.12"]);
    expect(first?.prefixes.map(formatCidr)).toEqual(["10.0.1.64/28"]);
    expect(second?.id).toBe("eni-00000003");
    expect(seen[0]?.get("Filter.1.Name")).toBe("attachment.instance-id");
    expect(seen[1]?.get("NextToken")).toBe("more");
  });

  test("an ENI whose attachment is ending is being detached, whatever its own status says", async () => {
    const ending = ENI_XML.replace("<deviceIndex>", "<status>detaching</status><deviceIndex>");
    answers.push(success(`<networkInterfaceSet>${ending}</networkInterfaceSet>`));
    expect(await ec2.eni(ENI)).toMatchObject({ status: "detaching" });
  });

  test("an ENI that EC2 doesn't know", async () => {
    answers.push(success("<networkInterfaceSet/>"));
    expect(await ec2.eni(ENI)).toBeUndefined();
  });

  test("leftover ENIs are looked for by tag and status", async () => {
    answers.push(success("<networkInterfaceSet/>"));
    await ec2.unattachedEnis({ tags: { k: "v" } });
    expect(sent()).toMatchObject({
      "Filter.1.Name": "tag:k",
      "Filter.1.Value.1": "v",
      "Filter.2.Name": "status",
      "Filter.2.Value.1": "available",
    });
  });

  test("device indexes are those of network card 0", async () => {
    const item = (card: number, device: number): string =>
      `<item><attachment><deviceIndex>${device}</deviceIndex><networkCardIndex>${card}</networkCardIndex></attachment></item>`;
    const interfaces = `<networkInterfaceSet>${item(0, 0)}${item(0, 3)}${item(1, 1)}</networkInterfaceSet>`;
    const reservation = `<item><instancesSet><item>${interfaces}</item></instancesSet></item>`;
    answers.push(success(`<reservationSet>${reservation}</reservationSet>`));
    expect(await ec2.deviceIndexes(INSTANCE.instanceId)).toEqual(new Set([0, 3]));
  });

  test("an instance that is not in the answer is an error", async () => {
    answers.push(success("<reservationSet/>"));
    await expect(ec2.deviceIndexes(INSTANCE.instanceId)).rejects.toMatchObject({
      ec2Code: "UnexpectedAnswer",
    });
  });

  test("limits of a type that the table has not are EC2's, of card 0", async () => {
    const card =
      "<networkCards><item><networkCardIndex>0</networkCardIndex><maximumNetworkInterfaces>4</maximumNetworkInterfaces></item></networkCards>";
    const network = `<networkInfo><maximumNetworkInterfaces>8</maximumNetworkInterfaces><ipv4AddressesPerInterface>15</ipv4AddressesPerInterface>${card}</networkInfo>`;
    answers.push(
      success(
        `<instanceTypeSet><item><hypervisor>nitro</hypervisor>${network}</item></instanceTypeSet>`,
      ),
    );
    expect(await limitsOf(ec2, "z99.large")).toEqual({
      enis: 4,
      ipv4PerEni: 15,
      prefixes: true,
      trunk: false,
    });
    expect(await limitsOf(ec2, "m5.large")).toEqual({
      enis: 3,
      ipv4PerEni: 10,
      prefixes: true,
      trunk: true,
    });
  });

  test("a type without limits is an error", async () => {
    answers.push(success("<instanceTypeSet/>"));
    await expect(ec2.limits("z99.large")).rejects.toMatchObject({ code: "ec2Failed" });
  });
});

describe("changes", () => {
  const made = {
    subnet: INSTANCE.subnet,
    securityGroups: [must(parseSecurityGroupId("sg-00000001"))],
    description: "aws-K8S-i-00000001",
    tags: { b: "2", a: "1" },
  };

  test("an ENI is created with addresses, groups and sorted tags", async () => {
    answers.push(
      success(
        "<networkInterface><networkInterfaceId>eni-00000002</networkInterfaceId></networkInterface>",
      ),
    );
    expect(await ec2.createEni({ ...made, unit: "address", count: 9 })).toBe(ENI);
    expect(sent()).toMatchObject({
      Action: "CreateNetworkInterface",
      SubnetId: "subnet-00000001",
      Description: "aws-K8S-i-00000001",
      "SecurityGroupId.1": "sg-00000001",
      SecondaryPrivateIpAddressCount: "9",
      "TagSpecification.1.ResourceType": "network-interface",
      "TagSpecification.1.Tag.1.Key": "a",
      "TagSpecification.1.Tag.2.Key": "b",
    });
  });

  test("an ENI is created with prefixes, or with nothing beside its primary address", async () => {
    const eni = success(
      "<networkInterface><networkInterfaceId>eni-00000002</networkInterfaceId></networkInterface>",
    );
    answers.push(eni, eni);
    await ec2.createEni({ ...made, unit: "prefix", count: 2 });
    await ec2.createEni({ ...made, unit: "address", count: 0 });
    expect(seen[0]?.get("Ipv4PrefixCount")).toBe("2");
    expect(seen[1]?.has("SecondaryPrivateIpAddressCount")).toBe(false);
  });

  test("attach, delete with the instance, detach, delete, tag", async () => {
    answers.push(success("<attachmentId>eni-attach-00000002</attachmentId>"));
    for (let count = 0; count < 4; count++) answers.push(success("<return>true</return>"));
    const attached = { eni: ENI, instance: INSTANCE.instanceId, deviceIndex: 2 };
    expect(await ec2.attachEni(attached)).toBe(ATTACHMENT);
    await ec2.deleteWithInstance({ eni: ENI, attachment: ATTACHMENT });
    await ec2.detachEni(ATTACHMENT);
    await ec2.deleteEni(ENI);
    await ec2.tag(ENI, { a: "1" });
    expect(seen.map((request) => request.get("Action"))).toEqual([
      "AttachNetworkInterface",
      "ModifyNetworkInterfaceAttribute",
      "DetachNetworkInterface",
      "DeleteNetworkInterface",
      "CreateTags",
    ]);
    expect(seen[0]?.get("DeviceIndex")).toBe("2");
    expect(seen[0]?.get("NetworkCardIndex")).toBe("0");
    expect(seen[1]?.get("Attachment.DeleteOnTermination")).toBe("true");
  });

  test("addresses and prefixes are assigned by count, and exactly the answer is believed", async () => {
    answers.push(
      success(
        "<assignedPrivateIpAddressesSet><item><privateIpAddress>10.0.1.30</privateIpAddress></item></assignedPrivateIpAddressesSet>",
      ),
      success(
        "<assignedIpv4PrefixSet><item><ipv4Prefix>10.0.1.80/28</ipv4Prefix></item></assignedIpv4PrefixSet>",
      ),
    );
    const addresses = await ec2.assign({ eni: ENI, unit: "address", count: 1 });
    const prefixes = await ec2.assign({ eni: ENI, unit: "prefix", count: 1 });
    expect(addresses.ipv4s.map(formatIpv4)).toEqual(["10.0.1.30"]);
    expect(prefixes.prefixes).toEqual([cidrOf(must(parseIpv4("10.0.1.80")), 28)]);
    expect(seen[1]?.get("Ipv4PrefixCount")).toBe("1");
  });

  test("an IPv6 prefix is assigned by count, and those that an ENI has are read", async () => {
    answers.push(
      success("<assignedIpv6PrefixSet><item>2600:1f14:1:1:6::/80</item></assignedIpv6PrefixSet>"),
      success(`<networkInterfaceSet>${ENI_XML}</networkInterfaceSet>`),
    );
    expect(formatCidr6(await ec2.assignIpv6Prefix(ENI))).toBe("2600:1f14:1:1:6::/80");
    expect(seen[0]?.get("Action")).toBe("AssignIpv6Addresses");
    expect(seen[0]?.get("Ipv6PrefixCount")).toBe("1");
    const eni = await ec2.eni(ENI);
    expect(eni?.ipv6Prefixes.map(formatCidr6)).toEqual(["2600:1f14:1:1:5::/80"]);
  });

  test("both kinds of block are unassigned by name", async () => {
    answers.push(success("<return>true</return>"), success("<return>true</return>"));
    await ec2.unassign({ eni: ENI, ipv4s: [must(parseIpv4("10.0.1.30"))], prefixes: [] });
    await ec2.unassign({ eni: ENI, ipv4s: [], prefixes: [must(parseCidr("10.0.1.80/28"))] });
    expect(seen[0]?.get("PrivateIpAddress.1")).toBe("10.0.1.30");
    expect(seen[1]?.get("Ipv4Prefix.1")).toBe("10.0.1.80/28");
  });
});

describe("failures", () => {
  test("are classified by EC2's code, and not tried again", async () => {
    answers.push(failure("InsufficientFreeAddressesInSubnet"));
    await expect(ec2.assign({ eni: ENI, unit: "address", count: 9 })).rejects.toMatchObject({
      reason: "subnetFull",
      ec2Code: "InsufficientFreeAddressesInSubnet",
    });
    expect(seen).toHaveLength(1);
  });

  test("throttling is tried three times in all", async () => {
    for (let count = 0; count < 3; count++) answers.push(failure("RequestLimitExceeded", 503));
    await expect(ec2.deleteEni(ENI)).rejects.toMatchObject({ reason: "throttled" });
    expect(seen).toHaveLength(3);
  });

  test("a request without an answer is tried again, and is a failure in the end", async () => {
    const impatient = await newEc2({
      region: "us-west-2",
      endpoint,
      requestTimeoutMs: 100,
      attempts: 2,
    });
    answers.push({ status: SILENCE, body: "" }, { status: SILENCE, body: "" });
    const asked = impatient.eni(ENI);
    await expect(asked).rejects.toMatchObject({ reason: "other", ec2Code: "TimeoutError" });
    expect(seen).toHaveLength(2);
  });

  test("an answer without its id is unexpected", async () => {
    answers.push(success("<networkInterface/>"));
    const attached = { eni: ENI, instance: INSTANCE.instanceId, deviceIndex: 2 };
    await expect(ec2.attachEni(attached)).rejects.toMatchObject({ ec2Code: "UnexpectedAnswer" });
  });
});
