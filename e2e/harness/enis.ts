/** An address and the ENI that has it, as the stock AWS CLI tells. */
export interface EniSeen {
  readonly id: string;
  readonly deviceIndex: number;
  readonly primary: string;
  readonly secondary: readonly string[];
}

interface DescribedEni {
  readonly NetworkInterfaceId: string;
  readonly Attachment: { readonly DeviceIndex: number };
  readonly PrivateIpAddresses: readonly { PrivateIpAddress: string; Primary: boolean }[];
}

/** Reads what `aws ec2 describe-network-interfaces` answers about attached ENIs; in order of device index. */
export function readEnis(answer: unknown): EniSeen[] {
  const { NetworkInterfaces: enis } = answer as { NetworkInterfaces: DescribedEni[] };
  return enis
    .map((eni) => ({
      id: eni.NetworkInterfaceId,
      deviceIndex: eni.Attachment.DeviceIndex,
      primary: addresses(eni, true)[0] ?? "",
      secondary: addresses(eni, false),
    }))
    .sort((a, b) => a.deviceIndex - b.deviceIndex);
}

function addresses(eni: DescribedEni, primary: boolean): string[] {
  return eni.PrivateIpAddresses.filter(({ Primary }) => Primary === primary).map(
    ({ PrivateIpAddress }) => PrivateIpAddress,
  );
}
