import type { NetworkInterface, NetworkInterfaceAttachment } from "@aws-sdk/client-ec2";
import {
  parseAttachmentId,
  parseEniId,
  parseInstanceId,
  parseSecurityGroupId,
  parseSubnetId,
} from "../facts/index.ts";
import { parseCidr, parseCidr6, parseIpv4, parseMac } from "../net/index.ts";
import type { Ec2Attachment, Ec2Eni } from "./ec2.ts";
import { unexpectedAnswer } from "./ec2-error.ts";

/** An ENI as `DescribeNetworkInterfaces` describes it. Throws BerthError when an id of it is missing or malformed. */
export function readEni(eni: NetworkInterface): Ec2Eni {
  const operation = "DescribeNetworkInterfaces";
  const addresses = eni.PrivateIpAddresses ?? [];
  const [primary] = readAll(
    [addresses.find(({ Primary }) => Primary === true)?.PrivateIpAddress],
    parseIpv4,
  );
  const secondary = addresses.filter(({ Primary }) => Primary !== true);
  return {
    id: required(operation, eni.NetworkInterfaceId, parseEniId),
    mac: required(operation, eni.MacAddress, parseMac),
    subnet: required(operation, eni.SubnetId, parseSubnetId),
    securityGroups: readAll(
      (eni.Groups ?? []).map(({ GroupId }) => GroupId),
      parseSecurityGroupId,
    ),
    description: eni.Description ?? "",
    interfaceType: eni.InterfaceType ?? "interface",
    // While it is being detached the ENI itself is still "in-use".
    status: eni.Attachment?.Status === "detaching" ? "detaching" : (eni.Status ?? "available"),
    attachment: eni.Attachment === undefined ? undefined : readAttachment(eni.Attachment),
    primaryIpv4: primary,
    secondaryIpv4s: readAll(
      secondary.map(({ PrivateIpAddress }) => PrivateIpAddress),
      parseIpv4,
    ),
    prefixes: readAll(
      (eni.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
      parseCidr,
    ),
    ipv6Prefixes: readAll(
      (eni.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
      parseCidr6,
    ),
    tags: Object.fromEntries((eni.TagSet ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
  };
}

function readAttachment(attachment: NetworkInterfaceAttachment): Ec2Attachment {
  const instance = attachment.InstanceId;
  return {
    id: required("DescribeNetworkInterfaces", attachment.AttachmentId, parseAttachmentId),
    instance: instance === undefined ? undefined : parseInstanceId(instance),
    deviceIndex: attachment.DeviceIndex ?? 0,
    networkCard: attachment.NetworkCardIndex ?? 0,
    deleteOnTermination: attachment.DeleteOnTermination === true,
  };
}

/** The texts that can be read; what is missing or malformed is left out. */
export function readAll<T>(
  texts: readonly (string | undefined)[],
  parse: (text: string) => T | undefined,
): T[] {
  return texts.flatMap((text) => {
    const value = parse(text ?? "");
    return value === undefined ? [] : [value];
  });
}

/** A field that EC2 always gives. Throws BerthError when it is missing or malformed. */
export function required<T>(
  operation: string,
  text: string | undefined,
  parse: (text: string) => T | undefined,
): T {
  const value = text === undefined ? undefined : parse(text);
  if (value === undefined) throw unexpectedAnswer(operation, `a field is ${JSON.stringify(text)}`);
  return value;
}
