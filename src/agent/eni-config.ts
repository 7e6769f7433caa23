import { parseSecurityGroupId, parseSubnetId } from "../facts/index.ts";
import type { ENIConfig, EniConfigStatus } from "../kube-client/index.ts";
import type { EniConfigFound, NamedEniConfig } from "./cluster.ts";

/** An ENIConfig object in the agent's words: what can't be is said by field. */
export function readEniConfig(name: string, object: ENIConfig | undefined): EniConfigFound {
  if (object === undefined) {
    const text = `there is no ENIConfig ${name}; make it, or name another in the node's label or annotation`;
    return { ok: false, error: { reason: "missing", text } };
  }
  // The CRD does not check what the ids look like, nor that a spec is there.
  const given = object.spec?.subnet ?? "";
  const subnet = parseSubnetId(given);
  if (subnet === undefined) return invalid(name, `spec.subnet is "${given}", not a subnet's id`);
  const texts = object.spec?.securityGroups ?? [];
  const securityGroups = texts.map((text) => parseSecurityGroupId(text));
  const wrong = texts.find((_, index) => securityGroups[index] === undefined);
  if (wrong !== undefined)
    return invalid(name, `spec.securityGroups has "${wrong}", not a security group's id`);
  const value = { subnet, securityGroups: securityGroups.filter((id) => id !== undefined) };
  return { ok: true, value };
}

/** An ENIConfig object with its name. */
export function toNamedEniConfig(object: ENIConfig): NamedEniConfig {
  const { name = "", uid = "", generation = 0 } = object.metadata ?? {};
  const status = writtenStatus(object.status);
  return { name, uid, generation, found: readEniConfig(name, object), status };
}

/** The VPC CNI's definition allows any status. */
function writtenStatus(status: ENIConfig["status"]): EniConfigStatus | undefined {
  const { observedGeneration, nodes, subnet, conditions } = status ?? {};
  const whole = observedGeneration !== undefined && nodes !== undefined && conditions !== undefined;
  return whole ? { observedGeneration, nodes, subnet: subnet ?? null, conditions } : undefined;
}

function invalid(name: string, why: string): EniConfigFound {
  return {
    ok: false,
    error: { reason: "invalid", text: `ENIConfig ${name} is not usable: ${why}` },
  };
}
