import type { MaxPods, MaxPodsMode } from "../facts/index.ts";
import { renderTable } from "./table.ts";

const HEADERS = [
  "TYPE",
  "ENIS × SLOTS",
  "ADDRESSES",
  "FORMULA",
  "RECOMMENDED",
  "BINDS",
  "SELF-MANAGED",
  "MANAGED GROUP",
  "AUTO MODE",
];

const NUMERIC = HEADERS.filter((header) => header !== "TYPE" && header !== "BINDS");

const LEGEND = `
ADDRESSES      for pods: ENIs that serve pods × slots, each ENI's own address left out
FORMULA        addresses + 2 pods on the host's network, which need none
RECOMMENDED    for the kubelet: the formula, at most 110 below 30 vCPUs and 250 from there
BINDS          which of the two decides: the addresses or the cap
SELF-MANAGED, MANAGED GROUP, AUTO MODE
               what the kubelet is told on nodes of that kind unless you set it
`;

/** The answer of `berth max-pods` as text: the mode, a table, what its columns mean, and a paragraph for each type. */
export function renderMaxPods(asked: MaxPodsMode, results: readonly MaxPods[]): string {
  const table = renderTable({ headers: HEADERS, rows: results.map(cells), numeric: NUMERIC });
  return `${describeMode(asked)}\n\n${table}${LEGEND}\n${results.map(paragraph).join("")}`;
}

function describeMode(mode: MaxPodsMode): string {
  const unit = mode.prefixDelegation
    ? "Prefix delegation: a slot holds 16 addresses"
    : "Secondary-IP mode: a slot holds one address";
  const custom = mode.customNetworking ? "; custom networking: the primary ENI serves no pods" : "";
  const podEni = mode.podEni ? "; pod ENIs: a trunk takes the place of one ENI" : "";
  return `${unit}${custom}${podEni}.`;
}

function cells(result: MaxPods): string[] {
  const { podEnis, slotsPerEni, addresses, formula, recommended, told } = result;
  const perSlot = result.mode.prefixDelegation ? " × 16" : "";
  return [
    result.type,
    `${podEnis} × ${slotsPerEni}${perSlot}`,
    String(addresses),
    String(formula),
    String(recommended),
    result.binds,
    String(told.selfManaged),
    String(told.managedNodeGroup),
    String(told.autoMode),
  ];
}

function paragraph({ type, why, refusals, notes }: MaxPods): string {
  const lines = [
    ...refusals.map(({ setting, reason }) => `${FLAGS[setting]} refused: ${reason}`),
    ...notes,
  ];
  return `${type}: ${why}.\n${lines.map((line) => `  - ${line}.\n`).join("")}`;
}

const FLAGS: Readonly<Record<keyof MaxPodsMode, string>> = {
  prefixDelegation: "--prefix-delegation",
  customNetworking: "--custom-networking",
  podEni: "--pod-eni",
};
