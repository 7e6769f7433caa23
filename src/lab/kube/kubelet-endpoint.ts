/** Where a kubelet answers. A certificate of an "https" one isn't checked. */
export interface KubeletEndpoint {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
}
