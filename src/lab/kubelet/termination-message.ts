import { readFileSync } from "node:fs";
import type { Container, Pod } from "kubernetes-types/core/v1";
import { podParts } from "./pod-view.ts";
import type { RuntimeContainer, RuntimeSandbox } from "./runtime.ts";
import { readLogLines } from "./server/log-file.ts";
import type { PodVolumes } from "./volumes/pod-volumes.ts";

const MESSAGE_MAX_BYTES = 4096;
const LOG_MAX_BYTES = 2048;
const LOG_MAX_LINES = 80;

/**
 * Adds to the ended containers of a pod what they left in their termination log; with `FallbackToLogsOnError`, the end of
 * their log when that is empty and they failed.
 */
export function withLastWords(
  pod: Pod,
  sandboxes: readonly RuntimeSandbox[],
  volumes: Pick<PodVolumes, "terminationLog">,
): readonly RuntimeSandbox[] {
  const { uid, spec } = podParts(pod);
  const specs = new Map(
    [...(spec.initContainers ?? []), ...spec.containers].map((each) => [each.name, each]),
  );
  return sandboxes.map((sandbox) => ({
    ...sandbox,
    containers: sandbox.containers.map((container) => {
      const { state, name, attempt } = container;
      if (state.kind !== "exited" || state.message !== "") return container;
      const file = volumes.terminationLog(uid, name, attempt);
      const message = lastWords(container, { file, spec: specs.get(name) });
      return message === "" ? container : { ...container, state: { ...state, message } };
    }),
  }));
}

function lastWords(
  { state, logPath }: RuntimeContainer,
  { file, spec }: { file: string; spec: Container | undefined },
): string {
  const left = readEnd(file);
  if (left !== "" || spec?.terminationMessagePolicy !== "FallbackToLogsOnError") return left;
  if (state.kind !== "exited" || state.exitCode === 0 || logPath === "") return left;
  const lines = readLogLines(logPath, LOG_MAX_LINES).map(({ text }) => text);
  return lines.join("").slice(-LOG_MAX_BYTES);
}

function readEnd(file: string): string {
  try {
    return readFileSync(file).subarray(-MESSAGE_MAX_BYTES).toString();
  } catch {
    return "";
  }
}
