/** Length of a delegated IPv4 prefix (EC2 user guide, "Prefix delegation for EC2 network interfaces"). */
export const PREFIX_BITS = 28;

/** Addresses in a delegated IPv4 prefix. */
export const ADDRESSES_PER_PREFIX = 16;

/** Length of a delegated IPv6 prefix (same source). */
export const IPV6_PREFIX_BITS = 80;

/** Addresses at the start of each subnet that EC2 keeps: network, router, DNS, future use (VPC user guide). */
export const RESERVED_AT_SUBNET_START = 4;

/** Addresses at the end of each subnet that EC2 keeps: the broadcast address (VPC user guide). */
export const RESERVED_AT_SUBNET_END = 1;

/** Addresses of each subnet that are never assigned and never counted as available. */
export const RESERVED_PER_SUBNET: number = RESERVED_AT_SUBNET_START + RESERVED_AT_SUBNET_END;

/** Shortest prefix length of a VPC or subnet: 65 536 addresses (VPC user guide). */
export const SUBNET_MIN_BITS = 16;

/** Longest prefix length of a VPC or subnet: 16 addresses (VPC user guide). */
export const SUBNET_MAX_BITS = 28;

/** Security groups of one ENI (VPC quotas, default). */
export const SECURITY_GROUPS_PER_ENI = 5;

/** ENIs in one region (VPC quotas, default). */
export const ENIS_PER_REGION = 5000;
