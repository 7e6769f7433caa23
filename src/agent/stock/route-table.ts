const MAIN_TABLE = 254;

/**
 * The route table of an ENI, as the VPC CNI numbers them: the main one for the primary, one more than the device index on
 * network card 0, and 10000 + 100 × card + device index on the others.
 */
export function eniTable(networkCard: number, deviceIndex: number): number {
  if (networkCard > 0) return 10_000 + 100 * networkCard + deviceIndex;
  return deviceIndex === 0 ? MAIN_TABLE : deviceIndex + 1;
}
