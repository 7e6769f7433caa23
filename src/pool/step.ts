import type { EniId, SubnetId } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import type { AttachedEni } from "./attached-eni.ts";
import type { FailureReason } from "./failure.ts";
import type { BlockUnit } from "./settings.ts";

/** Create an ENI with `count` blocks, attach it, wait until instance metadata shows it, set it up in the kernel. */
export interface CreateEni {
  readonly kind: "createEni";
  readonly unit: BlockUnit;
  readonly count: number;
  /** Subnets that refused a moment ago. When no other is left, answer `subnetFull` without asking EC2. */
  readonly avoidSubnets: readonly SubnetId[];
}

/** AssignPrivateIpAddresses with a count. */
export interface AssignBlocks {
  readonly kind: "assignBlocks";
  readonly eniId: EniId;
  readonly unit: BlockUnit;
  readonly count: number;
}

/** UnassignPrivateIpAddresses: give these blocks back to the subnet (/32 and /28 may be mixed: two calls then). */
export interface UnassignBlocks {
  readonly kind: "unassignBlocks";
  readonly eniId: EniId;
  readonly blocks: readonly Cidr[];
}

/** Detach and delete the ENI. No pod is on it, and none will be while the step is under way. */
export interface FreeEni {
  readonly kind: "freeEni";
  readonly eniId: EniId;
}

/** List the attached ENIs from instance metadata. */
export interface Reconcile {
  readonly kind: "reconcile";
}

/** DescribeNetworkInterfaces for one ENI: which blocks does EC2 say it has? */
export interface DescribeEni {
  readonly kind: "describeEni";
  readonly eniId: EniId;
  /** What the pool does with the answer: `mirror` it, or only `add` what it did not know. */
  readonly effect: "mirror" | "add";
}

/** An ENI is attached that the pool does not know. If it is ours: tag it, set it up in the kernel, and describe it. */
export interface AdoptEni {
  readonly kind: "adoptEni";
  readonly eniId: EniId;
}

/** Something to do in EC2, instance metadata or the kernel. */
export type WorkStep =
  CreateEni | AssignBlocks | UnassignBlocks | FreeEni | Reconcile | DescribeEni | AdoptEni;

/**
 * Nothing to do before `untilMs` (Infinity: until something happens). Whatever changes the pool
 * (assign, release, an outcome, an observation, settings) may make it end earlier: ask again after each.
 */
export interface Wait {
  readonly kind: "wait";
  readonly untilMs: number;
}

/** The one thing to do now. */
export type Step = WorkStep | Wait;

/** How a step went. Any step may end in `failed`; otherwise the kinds belong to one step each. */
export type Outcome =
  /** createEni: the new ENI with the blocks that it has. */
  | { readonly kind: "created"; readonly eni: AttachedEni }
  /** assignBlocks: exactly the blocks that EC2 returned. */
  | { readonly kind: "assigned"; readonly blocks: readonly Cidr[] }
  /** unassignBlocks. */
  | { readonly kind: "unassigned" }
  /** freeEni: it is detached, and deleted too unless that failed (the sweep of leaked ENIs takes care then). */
  | { readonly kind: "freed" }
  /** reconcile: the managed ENIs that instance metadata lists. An empty list is taken for an error. */
  | { readonly kind: "listed"; readonly enis: readonly AttachedEni[] }
  /** describeEni: every /32 (but the primary) and /28 that EC2 lists on it. */
  | { readonly kind: "described"; readonly blocks: readonly Cidr[] }
  /** adoptEni: it is ours and ready, or it is none of our business. */
  | { readonly kind: "adopted"; readonly eni: AttachedEni }
  | { readonly kind: "ignored" }
  | StepFailure;

/** A step failed. `code` is EC2's own, for people to read; the pool decides by `reason`. */
export interface StepFailure {
  readonly kind: "failed";
  readonly reason: FailureReason;
  readonly code: string;
  /** Where there was no room, for `subnetFull` and `noFreeBlock`; undefined when not known. */
  readonly subnetId: SubnetId | undefined;
}
