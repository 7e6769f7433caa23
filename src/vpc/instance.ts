import type {
  EniId,
  InstanceId,
  InstanceType,
  ReservationId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import type { CreateEni } from "./eni.ts";
import type { Tags } from "./tag.ts";
import type { Zone } from "./zone.ts";

/** An instance. Its ENIs are the ENIs that are attached to it: {@link Instances.enisOf}. */
export interface Instance {
  readonly id: InstanceId;
  /** The call that started it. */
  readonly reservationId: ReservationId;
  /** Its number in that call, from 0. */
  readonly launchIndex: number;
  readonly imageId: string;
  readonly type: InstanceType;
  readonly state: InstanceState;
  /** The subnet of the primary ENI; kept after termination. */
  readonly subnetId: SubnetId;
  readonly vpcId: VpcId;
  readonly zone: Zone;
  readonly launchedAtMs: number;
  readonly details: LaunchDetails;
}

/** EC2's states of an instance, without stopping and starting again. */
export type InstanceState = "pending" | "running" | "shutting-down" | "terminated";

/** What the room only keeps for others: instance metadata and descriptions. */
export interface LaunchDetails {
  readonly keyName?: string | undefined;
  /** Base64, as it was sent. */
  readonly userData?: string | undefined;
  /** The name of the instance profile. */
  readonly iamInstanceProfile?: string | undefined;
  readonly clientToken?: string | undefined;
  readonly metadata?: MetadataOptions | undefined;
}

/** How instance metadata behaves on the instance. */
export interface MetadataOptions {
  readonly httpTokens: "optional" | "required";
  readonly httpEndpoint: "enabled" | "disabled";
  readonly httpPutResponseHopLimit: number;
  readonly instanceMetadataTags: "enabled" | "disabled";
}

/** What RunInstances takes. */
export interface RunInstances {
  readonly instanceType: string;
  readonly imageId: string;
  /** Default 1. */
  readonly minCount?: number | undefined;
  /** Default `minCount`. As many start as the subnet has room for, at least `minCount`. */
  readonly maxCount?: number | undefined;
  /** At least one, with one at device index 0 of card 0. */
  readonly enis: readonly LaunchEni[];
  readonly instanceTags?: Tags | undefined;
  readonly eniTags?: Tags | undefined;
  readonly details?: LaunchDetails | undefined;
}

/** An ENI of a new instance: made for it, or an existing one that is available. */
export type LaunchEni = NewLaunchEni | ExistingLaunchEni;

/** An ENI made with the instance. */
export interface NewLaunchEni extends LaunchSlot, Omit<CreateEni, "tags"> {
  readonly eniId?: undefined;
}

/** An ENI that exists already. */
export interface ExistingLaunchEni extends LaunchSlot {
  readonly eniId: EniId;
}

/** Where the ENI goes. */
export interface LaunchSlot {
  readonly deviceIndex: number;
  /** Default 0. */
  readonly networkCardIndex?: number | undefined;
  /** Default true for new ENIs, false for existing ones. */
  readonly deleteOnTermination?: boolean | undefined;
}

/** The instances that one call started. */
export interface Reservation {
  readonly id: ReservationId;
  readonly instances: readonly Instance[];
}

/** What TerminateInstances tells of each instance. */
export interface Termination {
  readonly instanceId: InstanceId;
  readonly previous: InstanceState;
  readonly current: InstanceState;
}
