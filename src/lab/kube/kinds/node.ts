import type { Node, NodeSpec } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { duplicate, forbidden, invalid, required, type FieldCause } from "./field-error.ts";
import type { KindDefinition, Row } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";
import { qualifiedNameRule, labelValueRule } from "./names.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";
const EFFECTS = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

/** core/v1 Node. */
export const nodeKind: KindDefinition = defineKind<Node>({
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  shortNames: ["no"],
  namespaced: false,
  hasStatus: true,
  statusOnCreate: true,
  columns: [
    nameColumn,
    column("Status"),
    column("Roles"),
    column("Age"),
    column("Version"),
    wideColumn("Internal-IP"),
    wideColumn("External-IP"),
    wideColumn("OS-Image"),
    wideColumn("Kernel-Version"),
    wideColumn("Container-Runtime"),
  ],
  row: nodeRow,
  fieldSelectors: {
    "spec.unschedulable": (node) => `${node.spec?.unschedulable === true}`,
  },
  defaults: (node) => ({
    ...node,
    spec: withoutFalse(node.spec ?? {}),
    // What a node can give is what it has, unless its kubelet says less.
    ...(node.status?.capacity === undefined || node.status.allocatable !== undefined
      ? {}
      : { status: { ...node.status, allocatable: node.status.capacity } }),
  }),
  validate: (node, old) => [...validateTaints(node), ...validateFixed(node, old)],
});

/** `unschedulable: false` says nothing and is not stored. */
function withoutFalse(spec: Loose<NodeSpec>): Loose<NodeSpec> {
  const { unschedulable, ...rest } = spec;
  return unschedulable === false ? rest : spec;
}

function nodeRow(node: Loose<Node>, { nowMs }: { nowMs: number }): Row {
  const info = node.status?.nodeInfo;
  const address = (type: string): string =>
    node.status?.addresses?.find((one) => one.type === type)?.address ?? "<none>";
  return {
    cells: [
      node.metadata?.name ?? "",
      nodeStatus(node),
      nodeRoles(node),
      age(node.metadata?.creationTimestamp, nowMs),
      info?.kubeletVersion ?? "",
      address("InternalIP"),
      address("ExternalIP"),
      orUnknown(info?.osImage),
      orUnknown(info?.kernelVersion),
      orUnknown(info?.containerRuntimeVersion),
    ],
  };
}

function nodeStatus(node: Loose<Node>): string {
  const ready = (node.status?.conditions ?? []).find((condition) => condition.type === "Ready");
  const word = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: Loose<Node>): string {
  const roles = Object.entries(node.metadata?.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === "kubernetes.io/role" ? [value ?? ""] : [];
  });
  const named = [...new Set(roles.filter((role) => role !== ""))].sort();
  return named.length === 0 ? "<none>" : named.join(",");
}

function validateTaints(node: Loose<Node>): FieldCause[] {
  const seen = new Set<string>();
  return (node.spec?.taints ?? []).flatMap((taint, index) => {
    const { key = "", value = "", effect = "" } = taint;
    const field = `spec.taints[${index}]`;
    const pair = `${key}:${effect}`;
    const twice = seen.has(pair);
    seen.add(pair);
    return [
      ...qualifiedNameRule(key).map((text) => invalid(`${field}.key`, key, text)),
      ...labelValueRule(value).map((text) => invalid(`${field}.value`, value, text)),
      ...(effect === ""
        ? [required(`${field}.effect`)]
        : oneOf(effect, EFFECTS, `${field}.effect`)),
      ...(twice ? [duplicate(field, taint)] : []),
    ];
  });
}

function validateFixed(node: Loose<Node>, old: Loose<Node> | undefined): FieldCause[] {
  const before = old?.spec?.providerID ?? "";
  return before !== "" && node.spec?.providerID !== before
    ? [
        forbidden(
          "spec.providerID",
          'node updates may not change providerID except from "" to valid',
        ),
      ]
    : [];
}

function orUnknown(text: string | undefined): string {
  return text === undefined || text === "" ? "<unknown>" : text;
}
