import { z } from "zod";

/** A request to change a workload's number of pods. */
export interface ScaleRequest {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
}

/** A request to run a command in a pod. */
export interface ExecRequest {
  readonly namespace: string;
  readonly name: string;
  readonly command: readonly string[];
}

/** As many as a lab file may ask for. */
const MAX_PODS = 30_000;

/** Reads a {@link ScaleRequest}. */
export const scaleRequest: z.ZodType<ScaleRequest> = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  replicas: z.int().min(0).max(MAX_PODS),
});

/** Reads an {@link ExecRequest}. */
export const execRequest: z.ZodType<ExecRequest> = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  command: z.array(z.string()).min(1),
});

/** What a command said; both streams in base64, because they may hold any bytes. */
export interface ExecReply {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A BerthError on its way from the lab to the command. */
export interface ErrorReply {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}
