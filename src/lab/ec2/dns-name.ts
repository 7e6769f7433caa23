import { ipv4Bytes, type Ipv4 } from "../../net/index.ts";

/** The private DNS name of an address: `ip-10-0-1-17.us-west-2.compute.internal` (VPC user guide, "DNS attributes"). */
export function privateDnsName(ip: Ipv4, region: string): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${ipv4Bytes(ip).join("-")}.${domain}`;
}
