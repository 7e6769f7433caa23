/** The server's certificate and its authority, all in PEM. */
export interface KubeTls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}
