import { z } from "zod";

/** Words of a request to change a workload's number of pods. */
export const scaleRequest = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  replicas: z.int().min(0).max(500),
});

/** Words of a request to run a command in a pod. */
export const execRequest = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  command: z.array(z.string()).min(1),
});

/** A request to change a workload's number of pods. */
export type ScaleRequest = z.output<typeof scaleRequest>;
/** A request to run a command in a pod. */
export type ExecRequest = z.output<typeof execRequest>;

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
