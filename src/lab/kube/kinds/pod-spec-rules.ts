import type { PodSpec, Toleration, TopologySpreadConstraint } from "kubernetes-types/core/v1";
import { oneOf, validateContainer } from "./container-rules.ts";
import { duplicate, invalid, required, type FieldCause } from "./field-error.ts";
import { validateLabelSelector } from "./label-selector-rules.ts";
import type { Loose } from "./loose.ts";
import { validateLabels } from "./metadata-rules.ts";
import { labelRule, labelValueRule, qualifiedNameRule, subdomainRule } from "./names.ts";

const DNS_POLICIES = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const RESTART_POLICIES = ["Always", "Never", "OnFailure"];
const EFFECTS = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

/** The refused fields of a pod's spec, or of that in a template, that stands at `field`. */
export function validatePodSpec(spec: Loose<PodSpec> | undefined, field: string): FieldCause[] {
  const pod = spec ?? {};
  return [
    ...validateVolumes(pod, field),
    ...((pod.containers ?? []).length === 0 ? [required(`${field}.containers`)] : []),
    ...validateContainers(pod, field),
    ...oneOf(pod.restartPolicy, RESTART_POLICIES, `${field}.restartPolicy`),
    ...oneOf(pod.dnsPolicy, DNS_POLICIES, `${field}.dnsPolicy`),
    ...validateLabels(`${field}.nodeSelector`, pod.nodeSelector),
    ...nameAt(pod.serviceAccountName, `${field}.serviceAccountName`),
    ...nameAt(pod.nodeName, `${field}.nodeName`),
    ...nameAt(pod.priorityClassName, `${field}.priorityClassName`),
    ...validateNumbers(pod, field),
    ...(pod.tolerations ?? []).flatMap((toleration, index) =>
      validateToleration(toleration, `${field}.tolerations[${index}]`),
    ),
    ...(pod.topologySpreadConstraints ?? []).flatMap((constraint, index) =>
      validateSpread(constraint, `${field}.topologySpreadConstraints[${index}]`),
    ),
  ];
}

function validateVolumes(pod: Loose<PodSpec>, field: string): FieldCause[] {
  const names = new Set<string>();
  return (pod.volumes ?? []).flatMap((volume, index) => {
    const name = volume.name ?? "";
    const at = `${field}.volumes[${index}].name`;
    if (name === "") return [required(at)];
    if (names.has(name)) return [duplicate(at, name)];
    names.add(name);
    return labelRule(name).map((sentence) => invalid(at, name, sentence));
  });
}

function validateContainers(pod: Loose<PodSpec>, field: string): FieldCause[] {
  const names = new Set<string>();
  const lists = [
    { list: pod.containers ?? [], at: `${field}.containers`, isInit: false },
    { list: pod.initContainers ?? [], at: `${field}.initContainers`, isInit: true },
  ];
  return lists.flatMap(({ list, at, isInit }) =>
    list.flatMap((container, index) => {
      const name = container.name ?? "";
      const twice = name !== "" && names.has(name);
      names.add(name);
      return [
        ...validateContainer(container, { field: `${at}[${index}]`, spec: pod, isInit }),
        ...(twice ? [duplicate(`${at}[${index}].name`, name)] : []),
      ];
    }),
  );
}

function nameAt(name: string | undefined, field: string): FieldCause[] {
  if (name === undefined || name === "") return [];
  return subdomainRule(name).map((sentence) => invalid(field, name, sentence));
}

function validateNumbers(pod: Loose<PodSpec>, field: string): FieldCause[] {
  const { activeDeadlineSeconds: deadline, terminationGracePeriodSeconds: grace } = pod;
  return [
    ...(deadline !== undefined && (deadline < 1 || deadline > 2_147_483_647)
      ? [
          invalid(
            `${field}.activeDeadlineSeconds`,
            deadline,
            "must be between 1 and 2147483647, inclusive",
          ),
        ]
      : []),
    ...(grace !== undefined && grace < 0
      ? [
          invalid(
            `${field}.terminationGracePeriodSeconds`,
            grace,
            "must be greater than or equal to 0",
          ),
        ]
      : []),
  ];
}

function validateToleration(toleration: Loose<Toleration>, field: string): FieldCause[] {
  const { key = "", operator = "Equal", value = "", effect = "", tolerationSeconds } = toleration;
  const causes: FieldCause[] = [];
  if (key !== "") {
    causes.push(...qualifiedNameRule(key).map((text) => invalid(`${field}.key`, key, text)));
  }
  if (key === "" && operator !== "Exists") {
    causes.push(
      invalid(
        `${field}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (tolerationSeconds !== undefined && effect !== "NoExecute") {
    causes.push(
      invalid(
        `${field}.effect`,
        effect,
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      ),
    );
  }
  if (operator === "Exists") {
    if (value !== "") {
      causes.push(
        invalid(`${field}.operator`, toleration, "value must be empty when `operator` is 'Exists'"),
      );
    }
  } else {
    causes.push(...oneOf(operator, ["Equal", "Exists"], `${field}.operator`));
    causes.push(...labelValueRule(value).map((text) => invalid(`${field}.operator`, value, text)));
  }
  return [...causes, ...(effect === "" ? [] : oneOf(effect, EFFECTS, `${field}.effect`))];
}

function validateSpread(constraint: Loose<TopologySpreadConstraint>, field: string): FieldCause[] {
  const { maxSkew = 0, topologyKey = "", whenUnsatisfiable = "" } = constraint;
  return [
    ...(maxSkew <= 0 ? [invalid(`${field}.maxSkew`, maxSkew, "must be greater than zero")] : []),
    ...(topologyKey === "" ? [required(`${field}.topologyKey`, "can not be empty")] : []),
    ...oneOf(whenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"], `${field}.whenUnsatisfiable`),
    ...validateLabelSelector(constraint.labelSelector, `${field}.labelSelector`),
  ];
}
