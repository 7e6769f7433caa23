/** A variable of the VPC CNI that the agent knows and does not need. */
export interface UnusedVariable {
  /** What it is for in the VPC CNI. */
  readonly meaning: string;
  /** Why it changes nothing here, as the end of a sentence that begins with "has no effect in Berth because". */
  readonly why: string;
  /** Values, in lower case, that ask for nothing that Berth lacks: not worth a line in the log. */
  readonly quiet?: readonly string[] | "any";
  /** The only values, in lower case, that the VPC CNI knows; absent: any. */
  readonly values?: readonly string[];
  /** Values, in lower case, that ask for what would be missed: the agent does not start with them. */
  readonly refused?: Readonly<Record<string, string>>;
}
