import type { Family } from "./exposition.ts";
import { Counter, Histogram } from "./instruments.ts";

/** One ADD or DEL, of the relay or of the VPC CNI's plugin. */
export interface CniEvent {
  readonly command: "ADD" | "DEL";
  readonly result: "ok" | "failed";
  readonly tookMs: number;
  /** Of a DEL: the VPC CNI's plugin says `SetupNSFailed` when it undoes an ADD. */
  readonly reason?: string | undefined;
}

const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** ADDs and DELs: how many, and how long they took. */
export class CniCounters {
  readonly #adds = new Counter(
    { name: "awscni_add_ip_req_count", help: "The number of add IP address requests" },
    [{}],
  );
  readonly #dels = new Counter({
    name: "awscni_del_ip_req_count",
    help: "The number of delete IP address requests",
  });
  readonly #noAddress = new Counter(
    {
      name: "awscni_no_available_ip_addresses",
      help: "The number of pod IP assignments that fail due to no available IP addresses",
    },
    [{}],
  );
  readonly #starts = new Counter(
    { name: "berth_pod_starts_total", help: "ADDs that gave a pod its address" },
    [{}],
  );
  readonly #seconds = new Histogram(
    { name: "berth_cni_duration_seconds", help: "How long ADDs and DELs took in the agent" },
    BOUNDS_S,
  );

  get podStarts(): number {
    return this.#starts.total;
  }

  note({ command, result, tookMs, reason = "PodDeleted" }: CniEvent): void {
    if (command === "ADD") this.#adds.add(1);
    else this.#dels.add(1, { reason });
    if (command === "ADD" && result === "ok") this.#starts.add(1);
    this.#seconds.observe(tookMs / 1000, { command, result });
  }

  noteNoAddress(): void {
    this.#noAddress.add(1);
  }

  families(): Family[] {
    const all = [this.#adds, this.#dels, this.#noAddress, this.#starts, this.#seconds];
    return all.map((each) => each.family());
  }
}
