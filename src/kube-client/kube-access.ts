/** What a request shows to prove who it is from. */
export interface Credentials {
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** A client certificate and its key, as PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
}

/** How to reach an API server, and as whom. */
export interface KubeAccess {
  /** `https://host:port` or `http://…`, perhaps with a path, without a slash at the end. */
  readonly server: string;
  /** The authorities to trust, as PEM; undefined: those of the system. */
  readonly ca?: string | undefined;
  /** The name to expect in the server's certificate, if it is not the one in `server`. */
  readonly tlsServerName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  /** The namespace of the context or of the service account; `default` if it names none. */
  readonly namespace: string;
  /**
   * Who we are; asked before every request, so it must be quick and may cache. After a 401 it is asked once more with
   * `renew`, so that a rotated token is picked up.
   */
  credentials(options?: { readonly renew?: boolean }): Promise<Credentials>;
}
