import type { SubnetId } from "../../facts/index.ts";
import type { AllocationUnit, Ec2Subnet } from "../ec2.ts";
import type { SubnetChoice } from "./subnet-choice.ts";

/** The subnets of the node's VPC, as far as this node's ENIs go. Nothing here throws: what EC2 does not say is not known. */
export interface Subnets {
  /** Asks EC2 anew, unless it has answered a moment ago. */
  refresh(): Promise<void>;
  /** Whether the tags of a subnet keep pods off ENIs that are in it, by EC2's last answer. */
  isClosed(subnet: SubnetId): boolean;
  /** Where an ENI may be made: the usable subnets first, best first. */
  choose(wanted: EniSize): Promise<readonly SubnetChoice[]>;
  /** EC2 had no room for so much in this subnet. */
  noteRefusal(subnet: SubnetId, asked: EniSize): void;
  /** What {@link choose} last said; empty before. */
  choices(): readonly SubnetChoice[];
  /** Calls `listener` with every answer of EC2. Returns how to stop. */
  onAnswer(listener: (subnets: readonly Ec2Subnet[]) => void): () => void;
}

/** How much is to come with an ENI. */
export interface EniSize {
  readonly unit: AllocationUnit;
  readonly count: number;
}
