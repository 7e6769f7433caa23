import type { Result } from "../base/index.ts";

/** The error codes of EC2 that operations of this room answer with (EC2 API reference, "Error codes"). */
export type Ec2ErrorCode =
  | "AddressLimitExceeded"
  | "AttachmentLimitExceeded"
  | "CannotDelete"
  | "CidrLimitExceeded"
  | "DependencyViolation"
  | "Gateway.NotAttached"
  | "IncorrectInstanceState"
  | "InsufficientCidrBlocks"
  | "InsufficientFreeAddressesInSubnet"
  | "InvalidAllocationID.NotFound"
  | "InvalidAssociationID.NotFound"
  | "InvalidAttachmentID.NotFound"
  | "InvalidCidrBlock.InUse"
  | "InvalidGroup.Duplicate"
  | "InvalidGroup.NotFound"
  | "InvalidID"
  | "InvalidIPAddress.InUse"
  | "InvalidInstanceID.NotFound"
  | "InvalidInternetGatewayID.NotFound"
  | "InvalidNetworkAclEntry.NotFound"
  | "InvalidNetworkAclID.NotFound"
  | "InvalidNetworkInterface.InUse"
  | "InvalidNetworkInterfaceID.NotFound"
  | "InvalidParameter"
  | "InvalidParameterCombination"
  | "InvalidParameterValue"
  | "InvalidPermission.Duplicate"
  | "InvalidPermission.NotFound"
  | "InvalidRoute.NotFound"
  | "InvalidRouteTableID.NotFound"
  | "InvalidSecurityGroupRuleId.NotFound"
  | "InvalidSubnet.Conflict"
  | "InvalidSubnet.Range"
  | "InvalidSubnetCidrReservationID.NotFound"
  | "InvalidSubnetID.NotFound"
  | "InvalidVpc.Range"
  | "InvalidVpcID.NotFound"
  | "MissingParameter"
  | "NatGatewayNotFound"
  | "NetworkAclEntryAlreadyExists"
  | "NetworkInterfaceLimitExceeded"
  | "OperationNotPermitted"
  | "PrivateIpAddressLimitExceeded"
  | "Resource.AlreadyAssociated"
  | "RouteAlreadyExists"
  | "RulesPerSecurityGroupLimitExceeded"
  | "SecurityGroupsPerInterfaceLimitExceeded"
  | "SubnetLimitExceeded"
  | "TagLimitExceeded"
  | "VpcLimitExceeded";

/** Why EC2 refuses: the code that programs branch on, and the sentence that people read. */
export interface Ec2Failure {
  readonly code: Ec2ErrorCode;
  readonly message: string;
}

/** The outcome of an operation. On a failure nothing has changed. */
export type Outcome<T> = Result<T, Ec2Failure>;

/** A refusal. */
export function refuse(code: Ec2ErrorCode, message: string): Result<never, Ec2Failure> {
  return { ok: false, error: { code, message } };
}

/** A success. */
export function done<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

/** A success that has nothing to tell. */
export const DONE: Result<undefined, never> = done(undefined);
