import {
  type Cidr,
  type Cidr6,
  type Ipv4,
  type Ipv6,
  parseCidr,
  parseCidr6,
  parseCidrLoose,
  parseIpv4,
  parseIpv6,
} from "../../net/index.ts";
import type { Tags } from "../../vpc/index.ts";
import { Ec2Fault, invalidValue } from "./fault.ts";
import type { Params } from "./params.ts";

/** An IPv4 address. Throws `InvalidParameterValue`. */
export function toIpv4Value(text: string): Ipv4 {
  return parsed(parseIpv4(text), `invalid value for parameter address: ${text}`);
}

/** An IPv6 address. Throws `InvalidParameterValue`. */
export function toIpv6Value(text: string): Ipv6 {
  return parsed(parseIpv6(text), `invalid value for parameter address: ${text}`);
}

/** An IPv4 block without host bits. Throws `InvalidParameterValue`. */
export function toCidr(text: string): Cidr {
  return parsed(parseCidr(text), `Value (${text}) is not a valid CIDR block.`);
}

/** An IPv4 block whose host bits EC2 clears: `10.0.0.9/16` is `10.0.0.0/16`. Throws `InvalidParameterValue`. */
export function toCidrLoose(text: string): Cidr {
  return parsed(
    parseCidrLoose(text),
    `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
  );
}

/** An IPv6 block without host bits. Throws `InvalidParameterValue`. */
export function toCidr6(text: string): Cidr6 {
  return parsed(parseCidr6(text), `Value (${text}) is not a valid IPv6 CIDR block.`);
}

/** A scalar parameter put through a reader, or undefined when it was not sent. */
export function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

/** A list, or undefined when it is empty: EC2 doesn't tell an empty list from an absent one. */
export function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** One of some words. Throws `InvalidParameterValue`, naming them. */
export function oneOf<W extends string>(
  words: readonly W[],
  { params, name }: { readonly params: Params; readonly name: string },
): W | undefined {
  const value = params.text(name);
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined)
    throw invalidValue(name, { value, why: `Expected: ${words.join(", ")}.` });
  return word;
}

/** The tags of `Tag.N`, in order; of a key given twice, the last value counts. */
export function readTags(params: Params): Tags {
  return new Map(
    params.structs("Tag").map((tag) => [tag.required("Key"), tag.text("Value") ?? ""]),
  );
}

/** The tags that `TagSpecification.N` gives to each type of resource. Throws `InvalidParameterValue` for a type that the action doesn't create. */
export function readTagSpecifications<R extends string>(
  params: Params,
  resourceTypes: readonly R[],
): Readonly<Partial<Record<R, Tags>>> {
  const specified: Partial<Record<R, Tags>> = {};
  for (const specification of params.structs("TagSpecification")) {
    const type = specification.required("ResourceType");
    const known = resourceTypes.find((candidate) => candidate === type);
    if (known === undefined) {
      const why = `Expected: ${resourceTypes.join(", ")}.`;
      throw invalidValue("ResourceType", { value: type, why });
    }
    specified[known] = readTags(specification);
  }
  return specified;
}

function parsed<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Ec2Fault("InvalidParameterValue", message);
  return value;
}
