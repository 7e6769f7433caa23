/** An instance type that nodes may be made of. */
export interface CandidateType {
  /** `m5.large`. */
  readonly type: string;
  readonly usdPerHour: number;
  /** Of the processor, as in the label `kubernetes.io/arch`: `amd64` or `arm64`. */
  readonly arch: string;
  /** What a node of it would report as allocatable, `pods` (its max pods) too. Keys as in Kubernetes, quantities as numbers: cores, bytes. */
  readonly allocatable: Readonly<Record<string, number>>;
}

/** A subnet that nodes may be put into. */
export interface CandidateSubnet {
  readonly id: string;
  readonly zone: string;
  /** `AvailableIpAddressCount` as EC2 says it now. */
  readonly freeAddresses: number;
}

/** One node that is wanted. */
export interface LaunchRequest {
  readonly type: string;
  readonly subnet: string;
  /** Set on the Node when it registers, by the launched kubelet or by the cloud. */
  readonly labels: Readonly<Record<string, string>>;
  /** A launch that is repeated with the same token makes no second instance. */
  readonly clientToken: string;
}

/** What came of it. `refused` carries EC2's code, `InsufficientFreeAddressesInSubnet`, and message. */
export type LaunchOutcome =
  | { readonly kind: "launched"; readonly instanceId: string; readonly nodeName: string }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** What an autoscaler needs of EC2. Rejects if EC2 cannot be reached. */
export interface AutoscalerCloud {
  /** The types nodes may be made of, in any order. */
  types(): Promise<readonly CandidateType[]>;
  /** The subnets nodes may be put into, with their free addresses as they are now. */
  subnets(): Promise<readonly CandidateSubnet[]>;
  launch(request: LaunchRequest): Promise<LaunchOutcome>;
  /** Resolves when EC2 has accepted it; no error if the instance is gone already. */
  terminate(instanceId: string): Promise<void>;
}
