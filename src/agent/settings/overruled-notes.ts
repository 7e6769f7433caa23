import type { Environment } from "../variable-reader.ts";
import type { VariableNote } from "./variable-note.ts";

/** Which settings make others moot. */
export interface Rulers {
  readonly policy: "berth" | "stock";
  readonly ipTarget: "set" | "unset";
  readonly prefixDelegation: boolean;
  readonly customNetworking: boolean;
  readonly externalSnat: boolean;
  readonly ipv6: boolean;
}

interface Overruled {
  readonly variables: readonly string[];
  /** Values that ask for nothing of their own: what the DaemonSet has, or the default. */
  readonly quiet: readonly string[];
  readonly holds: (rulers: Rulers) => boolean;
  readonly because: string;
}

const OVERRULED: readonly Overruled[] = [
  {
    variables: ["WARM_ENI_TARGET", "WARM_PREFIX_TARGET", "WARM_IP_TARGET", "MINIMUM_IP_TARGET"],
    quiet: ["0", "1"],
    holds: ({ ipv6 }) => ipv6,
    because: "ENABLE_IPv6 gives the node one prefix, which never runs out",
  },
  {
    variables: ["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "AWS_EXTERNAL_SERVICE_CIDRS"],
    quiet: [],
    holds: ({ ipv6 }) => ipv6,
    because: "ENABLE_IPv6 leaves pods' addresses untranslated, and all pods on the first ENI",
  },
  {
    variables: ["BERTH_STOCK_SOCKET"],
    quiet: [],
    holds: ({ ipv6 }) => ipv6,
    because: "the VPC CNI's plugin is served in IPv4 clusters only",
  },
  {
    variables: ["WARM_ENI_TARGET", "WARM_PREFIX_TARGET"],
    quiet: ["0", "1"],
    holds: ({ ipTarget, ipv6 }) => ipTarget === "set" && !ipv6,
    because: "WARM_IP_TARGET or MINIMUM_IP_TARGET is set",
  },
  {
    variables: ["WARM_PREFIX_TARGET"],
    quiet: ["0", "1"],
    holds: ({ prefixDelegation, ipTarget }) => !prefixDelegation && ipTarget === "unset",
    because: "ENABLE_PREFIX_DELEGATION is not set",
  },
  {
    variables: ["ENI_CONFIG_LABEL_DEF", "ENI_CONFIG_ANNOTATION_DEF"],
    quiet: ["k8s.amazonaws.com/eniConfig"],
    holds: ({ customNetworking }) => !customNetworking,
    because: "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG is not set",
  },
  {
    variables: ["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "AWS_VPC_K8S_CNI_RANDOMIZESNAT"],
    quiet: ["prng"],
    holds: ({ externalSnat, ipv6 }) => externalSnat && !ipv6,
    because: "AWS_VPC_K8S_CNI_EXTERNALSNAT leaves all translation to others",
  },
  {
    variables: ["BERTH_PREFIX_FALLBACK"],
    quiet: ["0", "f", "F", "FALSE", "false", "False"],
    holds: ({ policy }) => policy === "stock",
    because: "BERTH_POLICY is stock, under which the pool waits for blocks",
  },
  {
    variables: ["BERTH_ADD_WAIT_SECONDS"],
    quiet: ["0"],
    holds: ({ policy }) => policy === "stock",
    because: "BERTH_POLICY is stock, under which a pod does not wait",
  },
];

/** Variables that are set and change nothing, as others overrule them. */
export function overruledNotes(env: Environment, rulers: Rulers): readonly VariableNote[] {
  return OVERRULED.filter(({ holds }) => holds(rulers)).flatMap(({ variables, quiet, because }) =>
    variables.flatMap((variable): VariableNote[] => {
      const value = env[variable]?.trim() ?? "";
      if (value === "" || quiet.includes(value)) return [];
      const text = `${variable}=${value} has no effect because ${because}`;
      return [{ severity: "info", variable, value, text }];
    }),
  );
}
