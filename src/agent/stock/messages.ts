/** `rpc.AddNetworkRequest` of the VPC CNI, as proto-loader gives it: every field is there. */
export interface AddNetworkRequest {
  readonly K8S_POD_NAME: string;
  readonly K8S_POD_NAMESPACE: string;
  readonly IfName: string;
  readonly NetworkName: string;
  readonly ContainerID: string;
  readonly ClientVersion: string;
  readonly RequiresMultiNICAttachment: boolean;
}

/** `rpc.DelNetworkRequest`. */
export interface DelNetworkRequest {
  readonly K8S_POD_NAME: string;
  readonly K8S_POD_NAMESPACE: string;
  readonly Reason: string;
  readonly IfName: string;
  readonly NetworkName: string;
  readonly ContainerID: string;
  readonly ClientVersion: string;
}

/** `rpc.IPAllocationMetadata`; one of the addresses is empty. */
export interface IpAllocation {
  readonly IPv4Addr: string;
  readonly IPv6Addr: string;
  readonly DeviceNumber: number;
  readonly RouteTableId: number;
}

/** `rpc.AddNetworkReply`; fields that are left out have their default on the wire. */
export interface AddNetworkReply {
  readonly Success: boolean;
  readonly IPAllocationMetadata?: readonly IpAllocation[];
  readonly UseExternalSNAT?: boolean;
  readonly VPCv4CIDRs?: readonly string[];
  readonly VPCv6CIDRs?: readonly string[];
  readonly NetworkPolicyMode?: string;
}

/** `rpc.DelNetworkReply`. */
export interface DelNetworkReply {
  readonly Success: boolean;
  readonly IPAllocationMetadata: readonly IpAllocation[];
  readonly NetworkPolicyMode: string;
}

/** `rpc.NetworkPolicyAgentConfigReply`. */
export interface NetworkPolicyConfigReply {
  readonly NetworkPolicyMode: string;
  readonly MultiNICEnabled: boolean;
  readonly NodeIPv4: string;
  readonly NodeIPv6: string;
  readonly InstanceID: string;
  readonly Region: string;
}
