/** How a write is meant, and whose it is. */
export interface WriteOptions {
  /** Say what would come of it, and store nothing. */
  readonly dryRun: boolean;
  readonly user: string;
  /** `fieldManager` of the request, else the beginning of its user agent. */
  readonly manager: string;
  /** The subresource that is written; undefined for the object itself. */
  readonly subresource?: string | undefined;
}
