import type { Outcome, Pool, PoolChange, WorkStep } from "../../pool/index.ts";
import type { Time } from "../../time/index.ts";
import type { Ec2 } from "../ec2.ts";
import { CallLedger } from "../ledger/call-ledger.ts";
import { recordCalls } from "../ledger/recorded-ec2.ts";
import type { Log } from "../log.ts";
import { CniCounters } from "./cni-counters.ts";
import type { CniEvent } from "./cni-counters.ts";
import { callFamilies } from "./call-families.ts";
import { renderFamilies } from "./exposition.ts";
import type { Family, Sample } from "./exposition.ts";
import { GrowthRate } from "./growth-rate.ts";
import { Counter, gauge, Histogram } from "./instruments.ts";
import { mostAddresses, poolFamilies } from "./pool-families.ts";
import type { SubnetChoice } from "../subnets/subnet-choice.ts";
import { StepCounters } from "./step-counters.ts";
import { choiceFamily } from "./subnet-choices.ts";
import { SubnetRooms } from "./subnet-room.ts";
import type { SubnetRoom } from "./subnet-room.ts";

const START_BOUNDS_S = [1, 2, 5, 10, 20, 30, 60, 120, 300];

/** What an agent counts about itself, for Prometheus and for whoever asks; nothing of it is shared between agents. */
export class Telemetry {
  readonly ledger: CallLedger = new CallLedger();
  readonly #time: Time;
  readonly #log: Log;
  readonly #startedMs: number;
  readonly #steps = new StepCounters();
  readonly #cni = new CniCounters();
  readonly #subnets = new SubnetRooms();
  readonly #use = new GrowthRate();
  readonly #hostSetUps = new Counter(
    {
      name: "awscni_connmark_reconcile_total",
      help: "Programming of the node's mark and translation rules",
    },
    [{ result: "success" }, { result: "error" }],
  );
  readonly #podEniErrors = new Counter(
    { name: "awscni_pod_eni_error_count", help: "The number of errors encountered for pod ENIs" },
    [{ fn: "nodeInit" }, { fn: "tryEnableSecurityGroupsForPods" }],
  );
  readonly #started = new Histogram(
    {
      name: "awscni_ipamd_startup_duration_seconds",
      help: "Time from the agent's start until it served",
    },
    START_BOUNDS_S,
  );
  readonly #initialised = new Histogram(
    {
      name: "awscni_ipamd_node_initialization_duration_seconds",
      help: "Time to take over the node",
    },
    START_BOUNDS_S,
  );
  #pool: Pool | undefined;
  #choices: () => readonly SubnetChoice[] = () => [];

  constructor({ time, log }: { readonly time: Time; readonly log: Log }) {
    this.#time = time;
    this.#log = log;
    this.#startedMs = time.nowMs();
  }

  /** When the agent began, ms since 1970. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** ADDs that gave a pod an address. */
  get podStarts(): number {
    return this.#cni.podStarts;
  }

  /** The same EC2, whose calls are in the ledger. */
  recorded(ec2: Ec2): Ec2 {
    return recordCalls(ec2, { ledger: this.ledger, time: this.#time, log: this.#log });
  }

  /** The node is taken over; from now on there is a pool to look at. */
  noteInitialised(pool: Pool): void {
    this.#pool = pool;
    this.#initialised.observe(this.#sinceStart(), { success: "true" });
    this.#noteUse();
  }

  /** Pods are served. */
  noteServing({ withApiServer }: { readonly withApiServer: boolean }): void {
    const labels = { success: "true", with_api_server: String(withApiServer), failure_reason: "" };
    this.#started.observe(this.#sinceStart(), labels);
  }

  noteCniCall(event: CniEvent): void {
    this.#cni.note(event);
    this.#noteUse();
  }

  /** An ADD got no address. */
  noteNoAddress(): void {
    this.#cni.noteNoAddress();
  }

  noteStep(step: WorkStep, outcome: Outcome, change: PoolChange): void {
    this.#steps.note(step, outcome, change);
    this.#noteBlocks(step, outcome);
  }

  noteHostSetUp(result: "success" | "error"): void {
    this.#hostSetUps.add(1, { result });
  }

  notePodEniError(fn: "nodeInit" | "tryEnableSecurityGroupsForPods"): void {
    this.#podEniErrors.add(1, { fn });
  }

  /** What EC2 says about a subnet's room. */
  noteSubnet(room: SubnetRoom): void {
    this.#subnets.note(room, this.#time.nowMs());
  }

  /** `choices`: where ENIs can be made, as last found. */
  watchChoices(choices: () => readonly SubnetChoice[]): void {
    this.#choices = choices;
  }

  /** Everything, as Prometheus reads it; `more` are families of the process. */
  render(more: readonly Family[] = []): string {
    const nowMs = this.#time.nowMs();
    const pool = this.#pool;
    return renderFamilies([
      ...more,
      ...(pool === undefined ? [] : poolFamilies(pool, nowMs)),
      ...this.#exhaustion(nowMs),
      ...this.#subnets.families(),
      choiceFamily(this.#choices()),
      ...this.#cni.families(),
      ...this.#steps.families(),
      ...callFamilies(this.ledger),
      ...[this.#hostSetUps, this.#podEniErrors, this.#started, this.#initialised].map((each) =>
        each.family(),
      ),
      gauge({ name: "awscni_connmark_backend", help: "What marks and translates" }, [
        { labels: { backend: "nftables" }, value: 1 },
      ]),
    ]);
  }

  #exhaustion(nowMs: number): Family[] {
    const help =
      "Seconds until no address is left at the rate of the last five minutes; +Inf when use does not rise";
    const subnets = this.#subnets
      .exhaustion(nowMs)
      .map(({ subnet, seconds }) => ({ labels: { scope: "subnet", subnet }, value: seconds }));
    return [
      gauge({ name: "berth_exhaustion_seconds", help }, [
        ...this.#nodeExhaustion(nowMs),
        ...subnets,
      ]),
    ];
  }

  #nodeExhaustion(nowMs: number): Sample[] {
    if (this.#pool === undefined) return [];
    const left = mostAddresses(this.#pool.settings) - this.#pool.stats(nowMs).assigned;
    const seconds = this.#use.secondsUntil(left, nowMs);
    return [{ labels: { scope: "node", subnet: "" }, value: seconds }];
  }

  #noteBlocks(step: WorkStep, outcome: Outcome): void {
    if ((step.kind !== "createEni" && step.kind !== "assignBlocks") || step.unit !== "prefix")
      return;
    if (outcome.kind === "failed") {
      const none = outcome.reason === "noFreeBlock" && step.count === 1;
      if (none && outcome.subnetId !== undefined)
        this.#subnets.noteBlocks(outcome.subnetId, "none");
      return;
    }
    const id = step.kind === "assignBlocks" ? step.eniId : undefined;
    const eni = this.#pool?.enis(this.#time.nowMs()).find((each) => each.id === id);
    const subnet = outcome.kind === "created" ? outcome.eni.subnetId : eni?.subnetId;
    if (subnet !== undefined) this.#subnets.noteBlocks(subnet, "some");
  }

  #noteUse(): void {
    const nowMs = this.#time.nowMs();
    if (this.#pool !== undefined) this.#use.note(this.#pool.stats(nowMs).assigned, nowMs);
  }

  #sinceStart(): number {
    return (this.#time.nowMs() - this.#startedMs) / 1000;
  }
}
