/** The address account of one subnet. */
export interface SubnetAddresses {
  readonly availableCount: number;
}
