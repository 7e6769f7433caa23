import type { PodSpec, PodTemplateSpec } from "kubernetes-types/core/v1";
import { defaultContainer, requestsFromLimits } from "./container-defaults.ts";
import { filled, type Loose } from "./loose.ts";
import { defaultVolume } from "./volume-defaults.ts";

/** A pod's spec with what the server fills in for pods and for templates alike. */
export function defaultPodSpec(spec: Loose<PodSpec> | undefined): Loose<PodSpec> {
  const given = spec ?? {};
  const hostNetwork = given.hostNetwork === true;
  const account = given.serviceAccountName ?? given.serviceAccount;
  return {
    ...filled(given, {
      dnsPolicy: "ClusterFirst",
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    }),
    ...(account === undefined ? {} : { serviceAccount: account, serviceAccountName: account }),
    ...(given.containers === undefined
      ? {}
      : { containers: given.containers.map((one) => defaultContainer(one, { hostNetwork })) }),
    ...(given.initContainers === undefined
      ? {}
      : {
          initContainers: given.initContainers.map((one) => defaultContainer(one, { hostNetwork })),
        }),
    ...(given.volumes === undefined ? {} : { volumes: given.volumes.map(defaultVolume) }),
  };
}

/** What pods get on top of `defaultPodSpec`, and templates do not. */
export function defaultOwnPodSpec(spec: Loose<PodSpec> | undefined): Loose<PodSpec> {
  const common = defaultPodSpec(spec);
  return {
    ...filled(common, { enableServiceLinks: true }),
    ...(common.containers === undefined
      ? {}
      : { containers: common.containers.map(requestsFromLimits) }),
    ...(common.initContainers === undefined
      ? {}
      : { initContainers: common.initContainers.map(requestsFromLimits) }),
  };
}

/** A template of pods with defaults. */
export function defaultTemplate(
  template: Loose<PodTemplateSpec> | undefined,
): Loose<PodTemplateSpec> {
  return {
    ...template,
    // The real server always prints this field of a template's metadata.
    metadata: { ...template?.metadata },
    spec: defaultPodSpec(template?.spec),
  };
}
