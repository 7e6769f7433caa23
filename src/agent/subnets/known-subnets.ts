import type { SubnetId } from "../../facts/index.ts";
import type { PoolPolicy } from "../../pool/index.ts";
import type { Ec2Subnet } from "../ec2.ts";
import { errorFacts } from "../log.ts";
import type { InstanceFacts } from "../metadata.ts";
import type { NodePorts } from "../node.ts";
import { chooseSubnets, unusedText } from "./subnet-choice.ts";
import type { SubnetChoice } from "./subnet-choice.ts";
import { subnetUse } from "./subnet-use.ts";
import type { EniSize, Subnets } from "./subnets.ts";

/** For so long an answer of EC2 is good enough to choose by. */
const FRESH_MS = 15_000;
/** For so long a subnet that had no room is not asked for as much again. */
const REFUSAL_MS = 10_000;

/** What choosing subnets depends on. */
export interface SubnetOptions {
  readonly instance: InstanceFacts;
  readonly clusterName: string | undefined;
  /** `off`: ENIs are made in the node's own subnet alone, as long as its tags allow it. */
  readonly discovery: "on" | "off";
  readonly policy: PoolPolicy;
}

type Ports = Pick<NodePorts, "ec2" | "time" | "log">;

/** The subnets as EC2 describes them, asked for when they matter. */
export function newSubnets(ports: Ports, options: SubnetOptions): Subnets {
  return new KnownSubnets(ports, options);
}

class KnownSubnets implements Subnets {
  readonly #ports: Ports;
  readonly #options: SubnetOptions;
  readonly #refusals = new Map<SubnetId, EniSize & { readonly untilMs: number }>();
  readonly #listeners = new Set<(subnets: readonly Ec2Subnet[]) => void>();
  /** Undefined: EC2 has never answered. */
  #subnets: readonly Ec2Subnet[] | undefined;
  #answeredAtMs = -Infinity;
  #choices: readonly SubnetChoice[] = [];
  #logged = "";

  constructor(ports: Ports, options: SubnetOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async refresh(): Promise<void> {
    const { ec2, time, log } = this.#ports;
    if (time.nowMs() - this.#answeredAtMs < FRESH_MS) return;
    const { vpc, subnet } = this.#options.instance;
    try {
      const which = this.#options.discovery === "on" ? { vpc } : { ids: [subnet] };
      const subnets = await ec2.subnets(which);
      this.#subnets = subnets;
      this.#answeredAtMs = time.nowMs();
      for (const listener of this.#listeners) listener(subnets);
    } catch (error) {
      log.warn(errorFacts(error), "EC2 does not describe the VPC's subnets; using what is known");
    }
  }

  isClosed(subnet: SubnetId): boolean {
    if (this.#options.discovery === "off") return false;
    const found = this.#subnets?.find(({ id }) => id === subnet);
    if (found === undefined) return false;
    const own = subnet === this.#options.instance.subnet;
    const { clusterName } = this.#options;
    return subnetUse(found.tags, { clusterName, own }).pods === "closed";
  }

  async choose(wanted: EniSize): Promise<readonly SubnetChoice[]> {
    await this.refresh();
    this.#choices = this.#decide(wanted);
    this.#logNews(this.#choices);
    return this.#choices;
  }

  noteRefusal(subnet: SubnetId, { unit, count }: EniSize): void {
    const untilMs = this.#ports.time.nowMs() + REFUSAL_MS;
    this.#refusals.set(subnet, { unit, count, untilMs });
    // What EC2 counted is out of date.
    this.#answeredAtMs = -Infinity;
  }

  choices(): readonly SubnetChoice[] {
    return this.#choices;
  }

  onAnswer(listener: (subnets: readonly Ec2Subnet[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #decide({ unit, count }: EniSize): SubnetChoice[] {
    const { instance, clusterName, policy } = this.#options;
    const { subnet: own, availabilityZone: zone } = instance;
    const known = this.#subnets ?? [];
    // EC2 may not tell this role, or not list the subnet of another account; the node runs in it all the same.
    if (!known.some(({ id }) => id === own))
      return [{ subnet: own, zone, freeAddresses: undefined, unused: undefined }];
    const nowMs = this.#ports.time.nowMs();
    const refused = (subnet: SubnetId): boolean => {
      const last = this.#refusals.get(subnet);
      return (
        last !== undefined && nowMs < last.untilMs && last.unit === unit && last.count <= count
      );
    };
    const unlikely = policy === "stock" ? "try" : "skip";
    const choices = chooseSubnets(known, {
      unit,
      count,
      own,
      zone,
      clusterName,
      refused,
      unlikely,
    });
    return choices.filter((choice) => this.#concerns(choice));
  }

  /** Subnets of other zones that nobody has tagged have nothing to do with pods. */
  #concerns({ zone, unused }: SubnetChoice): boolean {
    return unused !== "notTagged" || zone === this.#options.instance.availabilityZone;
  }

  #logNews(choices: readonly SubnetChoice[]): void {
    const unused = choices.flatMap(({ subnet, unused: why }) =>
      why === undefined ? [] : [{ subnet, why: unusedText(why) }],
    );
    const usable = choices.filter((choice) => choice.unused === undefined);
    // The order follows the free addresses, which are no news.
    const reasons = unused.map(({ subnet, why }) => `${subnet} ${why}`).toSorted();
    const news = JSON.stringify([usable.map(({ subnet }) => subnet).toSorted(), reasons]);
    if (news === this.#logged) return;
    this.#logged = news;
    const best = usable.map(({ subnet, freeAddresses }) => ({ subnet, freeAddresses }));
    this.#ports.log.info({ usable: best, unused }, "where new ENIs can be made");
  }
}
