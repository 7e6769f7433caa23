import type { SubnetChoice } from "../subnets/subnet-choice.ts";
import type { Family } from "./exposition.ts";
import { gauge } from "./instruments.ts";

/** Where ENIs could be made when a place for one was last looked for, and why not elsewhere. */
export function choiceFamily(choices: readonly SubnetChoice[]): Family {
  const help =
    "1 if an ENI could be made in a subnet when a place was last looked for; 0 with the reason if not";
  return gauge(
    { name: "berth_subnet_usable", help },
    choices.map(({ subnet, zone, unused }) => ({
      labels: { subnet, zone, reason: unused ?? "" },
      value: unused === undefined ? 1 : 0,
    })),
  );
}
