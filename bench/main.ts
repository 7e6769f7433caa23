// `npm run bench [-- --json] [-- --only NAME]`: speed and memory, beside a peer in the same run.
import { parseArgs } from "node:util";
import { ec2Calls } from "./ec2-calls.ts";
import { emptyPool } from "./empty-pool.ts";
import { kubeWatch } from "./kube-watch.ts";
import { describeMeasurement, type Benchmark } from "./measurement.ts";
import { podStarts } from "./pod-starts.ts";
import { podWiring } from "./pod-wiring.ts";
import { poolOperations } from "./pool-operations.ts";
import { simulatedLab } from "./simulated-lab.ts";
import { wholeLab } from "./whole-lab.ts";

const BENCHMARKS: readonly Benchmark[] = [
  poolOperations,
  kubeWatch,
  podWiring,
  podStarts,
  emptyPool,
  ec2Calls,
  wholeLab,
  simulatedLab,
];

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, only: { type: "string" } },
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

const onKernel = process.platform === "linux" && process.getuid?.() === 0;
const chosen = BENCHMARKS.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  note(`No benchmark "${String(values.only)}": ${BENCHMARKS.map(({ name }) => name).join(", ")}.`);
  process.exitCode = 2;
}
for (const benchmark of chosen) {
  if (benchmark.needs === "root on Linux" && !onKernel) {
    note(`${benchmark.name}: skipped, it needs ${benchmark.needs}`);
    continue;
  }
  note(`${benchmark.name}: ${benchmark.about}`);
  const found = await benchmark.run((text) => note(`  ${text}`));
  for (const each of found) say(values.json ? JSON.stringify(each) : describeMeasurement(each));
}
