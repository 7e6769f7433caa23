/**
 * A refusal in EC2's own terms: the code that clients branch on, and the sentence that people read.
 * The status is derived from the code (EC2 API reference, "Error codes for the Amazon EC2 API").
 */
export class Ec2Fault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "Ec2Fault";
    this.code = code;
  }

  /** The HTTP status that EC2 sends with this code. */
  get status(): number {
    return STATUS_OF_CODE[this.code] ?? 400;
  }
}

// Codes not listed here are client errors with status 400.
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InternalError: 500,
  InsufficientInstanceCapacity: 500,
  RequestLimitExceeded: 503,
  Unavailable: 503,
};

/** EC2's answer when a required parameter is absent; names it as the request would have spelt it. */
export function missingParameter(name: string): Ec2Fault {
  return new Ec2Fault(
    "MissingParameter",
    `The request must contain the parameter ${name.charAt(0).toLowerCase()}${name.slice(1)}`,
  );
}

/** EC2's answer to a value that can't be what the parameter means. `why` says what would be right. */
export function invalidValue(
  name: string,
  { value, why }: { readonly value: string; readonly why: string },
): Ec2Fault {
  return new Ec2Fault(
    "InvalidParameterValue",
    `Value (${value}) for parameter ${name.charAt(0).toLowerCase()}${name.slice(1)} is invalid. ${why}`,
  );
}
