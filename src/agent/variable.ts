/** One environment variable of the agent. Its `kind` says which form it has and which limits apply. */
export type Variable = {
  readonly meaning: string;
  /** What is not as in the VPC CNI v1.23, beside the answer to bad values; absent: nothing. */
  readonly difference?: string;
} & (
  | {
      readonly kind: "integer";
      readonly min: number;
      readonly max: number;
      readonly default: number | undefined;
      /** `prefix`: 0x, 0o or 0, and 0b tell the base, as in Go; absent: decimal. */
      readonly base?: "prefix";
    }
  | { readonly kind: "flag"; readonly default: boolean }
  | { readonly kind: "word"; readonly choices: readonly string[]; readonly default: string }
  | { readonly kind: "text"; readonly default: string | undefined }
  | { readonly kind: "cidrs" }
  | { readonly kind: "tags" }
);
