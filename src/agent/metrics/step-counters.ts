import { assertNever } from "../../base/index.ts";
import type { Outcome, PoolChange, StepFailure, WorkStep } from "../../pool/index.ts";
import type { Family } from "./exposition.ts";
import { Counter } from "./instruments.ts";

/** What the pool's steps came to. */
export class StepCounters {
  readonly #errors = new Counter({
    name: "awscni_ipamd_error_count",
    help: "The number of errors encountered in ipamd",
  });
  readonly #reconciled = new Counter(
    {
      name: "awscni_reconcile_count",
      help: "The number of times ipamd reconciles on ENIs and IP/Prefix addresses",
    },
    [
      "eniReconcileAdd",
      "eniReconcileDel",
      "eniIPPoolReconcileDel",
      "eniDataStorePoolReconcileAdd",
    ].map((fn) => ({ fn })),
  );
  readonly #lostEnis = new Counter(
    {
      name: "awscni_force_removed_enis",
      help: "The number of ENIs force removed while they had assigned pods",
    },
    [{}],
  );
  readonly #lostIps = new Counter(
    {
      name: "awscni_force_removed_ips",
      help: "The number of IPs force removed while they had assigned pods",
    },
    [{}],
  );
  readonly #steps = new Counter({
    name: "berth_pool_steps_total",
    help: "Steps of the pool, by what they came to; a failure by its reason",
  });

  note(step: WorkStep, outcome: Outcome, change: PoolChange): void {
    const result = outcome.kind === "failed" ? outcome.reason : "done";
    this.#steps.add(1, { step: step.kind, result });
    if (outcome.kind === "failed")
      for (const fn of errorNames(step, outcome)) this.#errors.add(1, { fn });
    const { lost, removedEnis, addedBlocks, removedBlocks } = change;
    this.#lostIps.add(lost.length);
    const emptied = new Set(lost.map(({ eniId }) => eniId));
    this.#lostEnis.add(removedEnis.filter((id) => emptied.has(id)).length);
    if (!LOOKS.has(step.kind)) return;
    if (step.kind === "adoptEni")
      this.#reconciled.add(change.addedEnis.length, { fn: "eniReconcileAdd" });
    this.#reconciled.add(removedEnis.length, { fn: "eniReconcileDel" });
    this.#reconciled.add(removedBlocks.length, { fn: "eniIPPoolReconcileDel" });
    this.#reconciled.add(addedBlocks.length, { fn: "eniDataStorePoolReconcileAdd" });
  }

  families(): Family[] {
    const counters = [this.#errors, this.#reconciled, this.#lostEnis, this.#lostIps, this.#steps];
    return counters.map((counter) => counter.family());
  }
}

const LOOKS: ReadonlySet<WorkStep["kind"]> = new Set(["reconcile", "describeEni", "adoptEni"]);

/** The VPC CNI's names for the same failure. */
function errorNames({ kind }: WorkStep, { reason }: StepFailure): string[] {
  switch (kind) {
    case "createEni":
      return reason === "notReady"
        ? ["waitENIAttachedMaxRetryExceeded", "increaseIPPoolwaitENIAttachedFailed"]
        : ["increaseIPPoolAllocENI"];
    case "assignBlocks":
      return ["increaseIPPoolAllocIPAddressesFailed"];
    case "unassignBlocks":
      return ["decreaseIPPool"];
    case "freeEni":
      return ["decreaseIPPoolFreeENIFailed"];
    case "reconcile":
      return ["reconcileFailedGetENIs"];
    case "describeEni":
      return ["ipReconcileAdd"];
    case "adoptEni":
      return ["eniReconcileAdd"];
    default:
      return assertNever(kind);
  }
}
