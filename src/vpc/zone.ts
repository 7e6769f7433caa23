/** An availability zone. */
export interface Zone {
  /** `us-west-2a` */
  readonly name: string;
  /** `usw2-az1`, the same physical zone in every account. */
  readonly id: string;
}
