/** A file of a volume whose contents come from the API. */
export interface ProjectedFile {
  /** Below the volume's directory; may have directories in it, never `..`. */
  readonly path: string;
  readonly data: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** What a volume can't be made of; the event `FailedMount` says it. */
export class MountError extends Error {
  override readonly name = "MountError";
}
