import type { Schema } from "./schema.ts";

/**
 * Why the object can't be read as its kind, in the words of the real server's decoder, or undefined when it can:
 * `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. The server puts
 * `Deployment in version "v1" cannot be handled as a Deployment: ` before it and answers 400.
 */
export function decodeError(schema: Schema, object: unknown): string | undefined {
  void schema;
  void object;
  return undefined;
}
