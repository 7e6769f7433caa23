import type {
  AttachmentId,
  InstanceId,
  NatGatewayId,
  SubnetId,
  VpcCidrAssociationId,
  VpcId,
} from "../facts/index.ts";

/** Something that EC2 has accepted and will finish later. */
export type Due =
  | { readonly kind: "vpcAvailable"; readonly vpcId: VpcId }
  | { readonly kind: "cidrAssociated"; readonly vpcId: VpcId; readonly id: VpcCidrAssociationId }
  | { readonly kind: "subnetAvailable"; readonly subnetId: SubnetId }
  | { readonly kind: "attached"; readonly attachmentId: AttachmentId }
  | { readonly kind: "detached"; readonly attachmentId: AttachmentId }
  | { readonly kind: "running"; readonly instanceId: InstanceId }
  | { readonly kind: "terminated"; readonly instanceId: InstanceId }
  | { readonly kind: "instanceForgotten"; readonly instanceId: InstanceId }
  | { readonly kind: "natAvailable"; readonly natGatewayId: NatGatewayId }
  | { readonly kind: "natDeleted"; readonly natGatewayId: NatGatewayId }
  | { readonly kind: "natForgotten"; readonly natGatewayId: NatGatewayId };

/** What is due and when, by time; of equal times the one that was added first comes first. */
export class Deadlines {
  readonly #entries: { readonly atMs: number; readonly due: Due }[] = [];

  /** When the next one is due, milliseconds since the epoch, or undefined when nothing is pending. */
  get nextMs(): number | undefined {
    return this.#entries[0]?.atMs;
  }

  add(atMs: number, due: Due): void {
    const before = this.#entries.findLastIndex((entry) => entry.atMs <= atMs);
    this.#entries.splice(before + 1, 0, { atMs, due });
  }

  /** Takes out the next one that is due at `nowMs`, or undefined. */
  take(nowMs: number): { readonly atMs: number; readonly due: Due } | undefined {
    const next = this.#entries[0];
    if (next === undefined || next.atMs > nowMs) return undefined;
    this.#entries.shift();
    return next;
  }
}
