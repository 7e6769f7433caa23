/** Input for `iptables-restore --noflush`, and the names of the chains that it removes. */
export interface LegacyRemoval {
  readonly input: string;
  readonly chains: readonly string[];
}

const CHAIN = /^:(AWS-(?:SNAT|CONNMARK)-CHAIN-\d+) /;
const ENTRY = /^-A (PREROUTING|POSTROUTING) .*-j AWS-(SNAT|CONNMARK)-CHAIN-\d+$/;
const MARK = /^-A PREROUTING .*--comment "AWS, (primary ENI|CONNMARK)" .*-j CONNMARK /;

/** From what `iptables-save` prints: the removal of the VPC CNI's rules and chains in the nat and mangle tables. */
export function legacyRemoval(saved: string): LegacyRemoval {
  const chains: string[] = [];
  const lines: string[] = [];
  let emptied: string[] = [];
  for (const line of saved.split("\n")) {
    const chain = CHAIN.exec(line)?.[1];
    if (line.startsWith("*")) lines.push(line);
    else if (chain !== undefined) emptied.push(chain);
    else if (ENTRY.test(line) || MARK.test(line)) lines.push(line.replace("-A", "-D"));
    else if (line === "COMMIT") {
      // Only what nothing leads to can be deleted.
      lines.push(...emptied.map((name) => `-F ${name}`), ...emptied.map((name) => `-X ${name}`));
      lines.push(line);
      chains.push(...emptied);
      emptied = [];
    }
  }
  return { input: `${lines.join("\n")}\n`, chains };
}
