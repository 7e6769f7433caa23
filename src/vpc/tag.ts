/** The tags of one resource: key → value, in the order in which they were set. */
export type Tags = ReadonlyMap<string, string>;

/** One tag of one resource, as DescribeTags lists it. */
export interface TagRecord {
  readonly resourceId: string;
  /** EC2's word for the kind of resource: `network-interface`, `subnet` … */
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
}
