import { BerthError } from "../base/index.ts";
import {
  parseEniId,
  parseInstanceId,
  parseSecurityGroupId,
  parseSubnetId,
  parseVpcId,
} from "../facts/index.ts";
import type { EniId, InstanceId, SecurityGroupId, SubnetId, VpcId } from "../facts/index.ts";
import { parseCidr, parseCidr6, parseCidrLoose, parseIpv4, parseMac } from "../net/index.ts";
import type { Cidr, Cidr6, Ipv4, Mac } from "../net/index.ts";
import type { ImdsClient } from "./imds-client.ts";
import { isRecord } from "./json.ts";

/** What does not change while an instance runs. */
export interface InstanceFacts {
  readonly region: string;
  readonly availabilityZone: string;
  readonly instanceId: InstanceId;
  /** `m5.large` */
  readonly instanceType: string;
  readonly localIpv4: Ipv4;
  readonly primaryMac: Mac;
  readonly primaryEni: EniId;
  readonly subnet: SubnetId;
  readonly vpc: VpcId;
}

/** An ENI as instance metadata shows it. Metadata lags EC2 by seconds, so an absence here proves nothing. */
export interface MetadataEni {
  readonly id: EniId;
  readonly mac: Mac;
  readonly deviceIndex: number;
  readonly networkCard: number;
  readonly subnet: SubnetId;
  /** Undefined while the ENI shows no IPv4 address. */
  readonly subnetCidr: Cidr | undefined;
  /** The primary address first, then the secondary ones; addresses of prefixes are not among them. */
  readonly ipv4s: readonly Ipv4[];
  readonly prefixes: readonly Cidr[];
  /** /80 prefixes. */
  readonly ipv6Prefixes: readonly Cidr6[];
}

/** Instance metadata, in the agent's words. Every method throws BerthError when the service fails. */
export interface InstanceMetadata {
  instance(): Promise<InstanceFacts>;
  enis(): Promise<readonly MetadataEni[]>;
  /** All IPv4 blocks of the VPC. */
  vpcCidrs(): Promise<readonly Cidr[]>;
  /** Security groups of the primary ENI. */
  securityGroups(): Promise<readonly SecurityGroupId[]>;
}

const ROOT = "/latest/meta-data";

/** Reads metadata through `client`, asking for what a start of the VPC CNI asks for, in its order. */
export function newInstanceMetadata(client: Pick<ImdsClient, "get">): InstanceMetadata {
  const read = newReader(client);

  return {
    async instance() {
      const region = await read.region();
      const availabilityZone = await read.text("placement/availability-zone");
      const localIpv4 = parsed("local-ipv4", await read.text("local-ipv4"), parseIpv4);
      const instanceId = parsed("instance-id", await read.text("instance-id"), parseInstanceId);
      const instanceType = await read.text("instance-type");
      const mac = await readPrimaryMac(read);
      const at = `network/interfaces/macs/${mac}`;
      const primaryEni = parsed(
        `${at}/interface-id`,
        await read.text(`${at}/interface-id`),
        parseEniId,
      );
      const subnet = parsed(`${at}/subnet-id`, await read.text(`${at}/subnet-id`), parseSubnetId);
      const vpc = parsed(`${at}/vpc-id`, await read.text(`${at}/vpc-id`), parseVpcId);
      const where = { region, availabilityZone, subnet, vpc };
      return { ...where, instanceId, instanceType, localIpv4, primaryMac: mac, primaryEni };
    },
    async enis() {
      const primary = await readPrimaryMac(read);
      const macs = words(await read.text("network/interfaces/macs"));
      const enis: MetadataEni[] = [];
      for (const text of macs)
        enis.push(await readEni(read, parsed("macs", text, parseMac), primary));
      return enis.toSorted(
        (a, b) => a.networkCard - b.networkCard || a.deviceIndex - b.deviceIndex,
      );
    },
    async vpcCidrs() {
      const at = `network/interfaces/macs/${await readPrimaryMac(read)}/vpc-ipv4-cidr-blocks`;
      return words(await read.text(at)).map((text) => parsed(at, text, parseCidrLoose));
    },
    async securityGroups() {
      const at = `network/interfaces/macs/${await readPrimaryMac(read)}/security-group-ids`;
      return words(await read.text(at)).map((text) => parsed(at, text, parseSecurityGroupId));
    },
  };
}

async function readPrimaryMac(read: Reader): Promise<Mac> {
  return parsed("mac", await read.text("mac"), parseMac);
}

async function readEni(read: Reader, mac: Mac, primary: Mac): Promise<MetadataEni> {
  const at = `network/interfaces/macs/${mac}`;
  const id = parsed(`${at}/interface-id`, await read.text(`${at}/interface-id`), parseEniId);
  const deviceIndex = Number(await read.text(`${at}/device-number`));
  const names = new Set(words(await read.text(at)));
  const list = async (name: string): Promise<string[]> =>
    names.has(name) ? words((await read.optional(`${at}/${name}`)) ?? "") : [];
  const [networkCard = "0"] = await list("network-card");
  const subnet = parsed(`${at}/subnet-id`, await read.text(`${at}/subnet-id`), parseSubnetId);
  const [subnetCidr] = await list("subnet-ipv4-cidr-block");
  const ipv4s = (await list("local-ipv4s")).map((text) =>
    parsed(`${at}/local-ipv4s`, text, parseIpv4),
  );
  const prefixes = (await list("ipv4-prefix")).map((text) =>
    parsed(`${at}/ipv4-prefix`, text, parseCidr),
  );
  const ipv6Prefixes = (await list("ipv6-prefix")).map((text) =>
    parsed(`${at}/ipv6-prefix`, text, parseCidr6),
  );
  return {
    id,
    mac,
    // The primary is device 0 by definition; metadata has been seen to say otherwise after a detach.
    deviceIndex: mac === primary ? 0 : deviceIndex,
    networkCard: Number(networkCard),
    subnet,
    subnetCidr:
      subnetCidr === undefined ? undefined : parsed(`${at}/subnet`, subnetCidr, parseCidrLoose),
    ipv4s,
    prefixes,
    ipv6Prefixes,
  };
}

interface Reader {
  /** The body of a path that must exist. */
  text(path: string): Promise<string>;
  /** The body of a path that may be absent. */
  optional(path: string): Promise<string | undefined>;
  region(): Promise<string>;
}

function newReader(client: Pick<ImdsClient, "get">): Reader {
  const optional = (path: string): Promise<string | undefined> => client.get(`${ROOT}/${path}`);
  async function text(path: string): Promise<string> {
    const body = await optional(path);
    if (body === undefined) throw unexpected(path, "there is no such path");
    return body.trim();
  }
  async function region(): Promise<string> {
    const path = "/latest/dynamic/instance-identity/document";
    const document: unknown = JSON.parse((await client.get(path)) ?? "null");
    const value = isRecord(document) ? document["region"] : undefined;
    if (typeof value !== "string" || value === "") throw unexpected(path, "it names no region");
    return value;
  }
  return { text, optional, region };
}

/** Lists come one entry a line; directories end in a slash. */
function words(body: string): string[] {
  return body
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => word.replace(/\/$/, ""));
}

function parsed<T>(path: string, text: string, parse: (text: string) => T | undefined): T {
  const value = parse(text);
  if (value === undefined) throw unexpected(path, `it says "${text}"`);
  return value;
}

function unexpected(path: string, why: string): BerthError {
  return new BerthError(
    "metadataUnexpected",
    `Instance metadata at ${path} is not usable: ${why}.`,
    {
      fix: "Check that this machine is an EC2 instance with an IPv4 VPC address, or that AWS_EC2_METADATA_SERVICE_ENDPOINT points to its metadata.",
      facts: { path },
    },
  );
}
