/** Length of a delegated IPv4 prefix (EC2 user guide, "Prefix delegation for EC2 network interfaces"). */
export const prefixBits = 28;

/** Addresses in a delegated IPv4 prefix. */
export const addressesPerPrefix = 16;

/** Length of a delegated IPv6 prefix (same source). */
export const ipv6PrefixBits = 80;

/** Addresses at the start of each subnet that EC2 keeps: network, router, DNS, future use (VPC user guide). */
export const reservedAtSubnetStart = 4;

/** Addresses at the end of each subnet that EC2 keeps: the broadcast address (VPC user guide). */
export const reservedAtSubnetEnd = 1;

/** Addresses of each subnet that are never assigned and never counted as available. */
export const reservedPerSubnet: number = reservedAtSubnetStart + reservedAtSubnetEnd;

/** Shortest prefix length of a VPC or subnet: 65 536 addresses (VPC user guide). */
export const subnetMinBits = 16;

/** Longest prefix length of a VPC or subnet: 16 addresses (VPC user guide). */
export const subnetMaxBits = 28;

/** Security groups of one ENI (VPC quotas, default). */
export const securityGroupsPerEni = 5;

/** ENIs in one region (VPC quotas, default). */
export const enisPerRegion = 5000;
