/** The IPv6 account of one subnet. */
export interface SubnetIpv6 {
  readonly heldCount: number;
}
