/** One environment variable of the agent. Its `kind` says which form it has and which limits apply. */
export type Variable = { readonly meaning: string } & (
  | {
      readonly kind: "integer";
      readonly min: number;
      readonly max: number;
      readonly default: number | undefined;
    }
  | { readonly kind: "flag"; readonly default: boolean }
  | { readonly kind: "word"; readonly choices: readonly string[]; readonly default: string }
  | { readonly kind: "text"; readonly default: string | undefined }
  | { readonly kind: "cidrs" }
  | { readonly kind: "tags" }
);
