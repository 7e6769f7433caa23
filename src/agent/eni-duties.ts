import type { Pool } from "../pool/index.ts";
import { startClusterDuties } from "./cluster-duties/cluster-duties.ts";
import type { AgentConfig } from "./config.ts";
import type { Ec2Eni } from "./ec2.ts";
import { because } from "./ledger/reason.ts";
import type { Telemetry } from "./metrics/telemetry.ts";
import type { Node } from "./node.ts";
import { followSecurityGroups } from "./security-groups.ts";
import { followSubnets } from "./subnets/follow-subnets.ts";
import type { Wake } from "./wake.ts";

/** What the duties need beside the node. */
export interface DutyParts {
  readonly config: AgentConfig;
  readonly pool: Pool;
  readonly wake: Wake;
  readonly telemetry: Pick<Telemetry, "noteSubnet" | "watchChoices">;
  /** The instance's ENIs as EC2 described them a moment ago. */
  readonly described: readonly Ec2Eni[];
}

/** Starts what an agent does about ENIs beside the steps of its pool, until `node.stopping` aborts. Nothing of it rejects. */
export function startEniDuties(node: Node, parts: DutyParts): void {
  const { config, pool, wake, telemetry, described } = parts;
  const { stopping } = node;
  telemetry.watchChoices(() => node.subnets.choices());
  startClusterDuties(node, config);
  void because("watch", () => followSecurityGroups(node, described, stopping));
  const discovers = config.subnetDiscovery === "on" && config.enisFrom === "ec2";
  const tags = config.policy === "berth" && discovers ? "always" : "atStart";
  const noteRoom = ({ id, freeAddresses }: { id: Ec2Eni["subnet"]; freeAddresses: number }): void =>
    telemetry.noteSubnet({ subnet: id, freeAddresses });
  void because("watch", () => followSubnets({ node, pool, wake, tags, noteRoom }, stopping));
}
