import type * as Sdk from "@aws-sdk/client-ec2";
import type { EC2Client, EC2ClientConfig, Filter, Tag } from "@aws-sdk/client-ec2";
import { parseAttachmentId, parseEniId } from "../facts/index.ts";
import { formatCidr, formatIpv4, parseCidr, parseCidr6, parseIpv4 } from "../net/index.ts";
import type { Ec2, Ec2Eni } from "./ec2.ts";
import { readAll, readEni, required } from "./ec2-answer.ts";
import { call, pages } from "./ec2-call.ts";
import { unexpectedAnswer } from "./ec2-error.ts";
import { placeQueries } from "./ec2-places.ts";

/** Where and how EC2 is called. */
export interface Ec2ClientSettings {
  readonly region: string;
  /** Undefined: the region's public endpoint. */
  readonly endpoint: string | undefined;
  readonly requestTimeoutMs: number;
  /** Tries of a request that is throttled or cut off, as the SDK's standard retry mode counts them. */
  readonly attempts: number;
  /** In place of HTTP: what carries out the SDK's requests, and the credentials to sign them with. */
  readonly transport?: Pick<EC2ClientConfig, "requestHandler" | "credentials"> | undefined;
}

/** The agent's port to EC2 over the AWS SDK; credentials come from the SDK's default chain. */
export async function newEc2(settings: Ec2ClientSettings): Promise<Ec2> {
  // Loaded here and not at the top: it is most of the agent's memory, and `berth --help` needs none of it.
  const sdk = await import("@aws-sdk/client-ec2");
  const client = new sdk.EC2Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    maxAttempts: settings.attempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: settings.requestTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      // Without it the SDK only prints a warning and waits for ever, and with it the pool.
      throwOnRequestTimeout: true,
      // An answer that stops half-way.
      socketTimeout: settings.requestTimeoutMs,
    },
    customUserAgent: "berth-agent",
    ...settings.transport,
  });
  return {
    ...queries(sdk, client),
    ...placeQueries(sdk, client),
    ...eniChanges(sdk, client),
    ...addressChanges(sdk, client),
  };
}

type Queries = Pick<Ec2, "instanceEnis" | "eni" | "unattachedEnis" | "deviceIndexes" | "limits">;

function queries(sdk: typeof Sdk, client: EC2Client): Queries {
  async function describe(filters: Filter[]): Promise<Ec2Eni[]> {
    return pages(async (next) => {
      const page = { Filters: filters, MaxResults: 1000, ...next };
      const answer = await call("DescribeNetworkInterfaces", () =>
        client.send(new sdk.DescribeNetworkInterfacesCommand(page)),
      );
      return { items: (answer.NetworkInterfaces ?? []).map(readEni), next: answer.NextToken };
    });
  }

  return {
    // A filter and not a list of ids: one unknown id would fail the whole request.
    instanceEnis: (instance) => describe([{ Name: "attachment.instance-id", Values: [instance] }]),
    unattachedEnis: ({ tags, vpc }) =>
      describe([
        ...Object.entries(tags).map(([key, value]) =>
          value === undefined
            ? { Name: "tag-key", Values: [key] }
            : { Name: `tag:${key}`, Values: [value] },
        ),
        { Name: "status", Values: ["available"] },
        ...(vpc === undefined ? [] : [{ Name: "vpc-id", Values: [vpc] }]),
      ]),
    async eni(id) {
      const [found] = await describe([{ Name: "network-interface-id", Values: [id] }]);
      return found;
    },
    async deviceIndexes(instance) {
      const answer = await call("DescribeInstances", () =>
        client.send(new sdk.DescribeInstancesCommand({ InstanceIds: [instance] })),
      );
      const interfaces = answer.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces;
      if (interfaces === undefined)
        throw unexpectedAnswer("DescribeInstances", `no instance ${instance} in it`);
      const attached = interfaces.map(({ Attachment }) => Attachment);
      const onCard0 = attached.filter((attachment) => (attachment?.NetworkCardIndex ?? 0) === 0);
      return new Set(onCard0.map((attachment) => attachment?.DeviceIndex ?? 0));
    },
    async limits(instanceType) {
      const request = { InstanceTypes: [instanceType as never] };
      const answer = await call("DescribeInstanceTypes", () =>
        client.send(new sdk.DescribeInstanceTypesCommand(request)),
      );
      const found = answer.InstanceTypes?.[0];
      const network = found?.NetworkInfo;
      const card0 = network?.NetworkCards?.find(({ NetworkCardIndex }) => NetworkCardIndex === 0);
      // MaximumNetworkInterfaces counts all cards; pods are served by card 0 alone.
      const enis = card0?.MaximumNetworkInterfaces ?? network?.MaximumNetworkInterfaces ?? 0;
      const ipv4PerEni = network?.Ipv4AddressesPerInterface ?? 0;
      if (enis < 1 || ipv4PerEni < 1)
        throw unexpectedAnswer("DescribeInstanceTypes", `no limits of ${instanceType}`);
      return {
        enis,
        ipv4PerEni,
        prefixes: found?.Hypervisor === "nitro" || found?.BareMetal === true,
        // EC2 does not say; newer types that take trunks are in the table.
        trunk: false,
      };
    },
  };
}

type PlaceQueries = ReturnType<typeof placeQueries>;
type AddressChanges = Pick<Ec2, "assign" | "assignIpv6Prefix" | "unassign" | "tag">;

function eniChanges(
  sdk: typeof Sdk,
  client: EC2Client,
): Omit<Ec2, keyof (Queries & PlaceQueries & AddressChanges)> {
  return {
    async createEni({ subnet, securityGroups, description, tags, unit, count }) {
      const counts =
        unit === "prefix" ? { Ipv4PrefixCount: count } : { SecondaryPrivateIpAddressCount: count };
      const request = {
        SubnetId: subnet,
        Groups: [...securityGroups],
        Description: description,
        TagSpecifications: [{ ResourceType: "network-interface" as const, Tags: writeTags(tags) }],
        ...(count > 0 ? counts : {}),
      };
      const answer = await call("CreateNetworkInterface", () =>
        client.send(new sdk.CreateNetworkInterfaceCommand(request)),
      );
      return required(
        "CreateNetworkInterface",
        answer.NetworkInterface?.NetworkInterfaceId,
        parseEniId,
      );
    },
    async attachEni({ eni, instance, deviceIndex }) {
      const request = {
        NetworkInterfaceId: eni,
        InstanceId: instance,
        DeviceIndex: deviceIndex,
        NetworkCardIndex: 0,
      };
      const answer = await call("AttachNetworkInterface", () =>
        client.send(new sdk.AttachNetworkInterfaceCommand(request)),
      );
      return required("AttachNetworkInterface", answer.AttachmentId, parseAttachmentId);
    },
    async deleteWithInstance({ eni, attachment }) {
      const request = {
        NetworkInterfaceId: eni,
        Attachment: { AttachmentId: attachment, DeleteOnTermination: true },
      };
      await call("ModifyNetworkInterfaceAttribute", () =>
        client.send(new sdk.ModifyNetworkInterfaceAttributeCommand(request)),
      );
    },
    async setSecurityGroups({ eni, securityGroups }) {
      const request = { NetworkInterfaceId: eni, Groups: [...securityGroups] };
      await call("ModifyNetworkInterfaceAttribute", () =>
        client.send(new sdk.ModifyNetworkInterfaceAttributeCommand(request)),
      );
    },
    async detachEni(attachment) {
      await call("DetachNetworkInterface", () =>
        client.send(new sdk.DetachNetworkInterfaceCommand({ AttachmentId: attachment })),
      );
    },
    async deleteEni(eni) {
      await call("DeleteNetworkInterface", () =>
        client.send(new sdk.DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni })),
      );
    },
  };
}

function addressChanges(sdk: typeof Sdk, client: EC2Client): AddressChanges {
  return {
    async assign({ eni, unit, count }) {
      const counts =
        unit === "prefix" ? { Ipv4PrefixCount: count } : { SecondaryPrivateIpAddressCount: count };
      const answer = await call("AssignPrivateIpAddresses", () =>
        client.send(
          new sdk.AssignPrivateIpAddressesCommand({ NetworkInterfaceId: eni, ...counts }),
        ),
      );
      const ipv4s = (answer.AssignedPrivateIpAddresses ?? []).map(
        ({ PrivateIpAddress }) => PrivateIpAddress,
      );
      const prefixes = (answer.AssignedIpv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix);
      return { ipv4s: readAll(ipv4s, parseIpv4), prefixes: readAll(prefixes, parseCidr) };
    },
    async assignIpv6Prefix(eni) {
      const request = { NetworkInterfaceId: eni, Ipv6PrefixCount: 1 };
      const answer = await call("AssignIpv6Addresses", () =>
        client.send(new sdk.AssignIpv6AddressesCommand(request)),
      );
      return required("AssignIpv6Addresses", answer.AssignedIpv6Prefixes?.[0], parseCidr6);
    },
    async unassign({ eni, ipv4s, prefixes }) {
      const request = {
        NetworkInterfaceId: eni,
        ...(ipv4s.length > 0 ? { PrivateIpAddresses: ipv4s.map(formatIpv4) } : {}),
        ...(prefixes.length > 0 ? { Ipv4Prefixes: prefixes.map(formatCidr) } : {}),
      };
      await call("UnassignPrivateIpAddresses", () =>
        client.send(new sdk.UnassignPrivateIpAddressesCommand(request)),
      );
    },
    async tag(eni, tags) {
      const request = { Resources: [eni], Tags: writeTags(tags) };
      await call("CreateTags", () => client.send(new sdk.CreateTagsCommand(request)));
    },
  };
}

function writeTags(tags: Readonly<Record<string, string>>): Tag[] {
  const keys = Object.keys(tags).toSorted();
  return keys.map((key) => ({ Key: key, Value: tags[key] ?? "" }));
}
