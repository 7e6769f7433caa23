import type { Container, Pod } from "kubernetes-types/core/v1";
import type { RuntimeSecurity } from "./runtime.ts";

/** What a container may do: its own security context, else the pod's. */
export function containerSecurity({ spec }: Pod, { securityContext }: Container): RuntimeSecurity {
  const pod = spec?.securityContext;
  const { capabilities } = securityContext ?? {};
  const privileged = securityContext?.privileged === true;
  const groups = [...(pod?.supplementalGroups ?? [])];
  if (pod?.fsGroup !== undefined) groups.push(pod.fsGroup);
  const runAsUser = securityContext?.runAsUser ?? pod?.runAsUser;
  const runAsGroup = securityContext?.runAsGroup ?? pod?.runAsGroup;
  return {
    privileged,
    readOnlyRoot: securityContext?.readOnlyRootFilesystem === true,
    noNewPrivileges: securityContext?.allowPrivilegeEscalation === false,
    addCapabilities: capabilities?.add ?? [],
    dropCapabilities: capabilities?.drop ?? [],
    runAsUser,
    // CRI allows a group only beside a user.
    runAsGroup: runAsUser === undefined ? undefined : runAsGroup,
    supplementalGroups: groups,
  };
}

/** Whether a pod has a privileged container. */
export function isPrivileged({ spec }: Pod): boolean {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].some(
    ({ securityContext }) => securityContext?.privileged === true,
  );
}
