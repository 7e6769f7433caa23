import type { Container, Pod, PodSpec } from "kubernetes-types/core/v1";
import type { KubeletNode } from "../kubelet-node.ts";

/** A node for tests: an m5.large with room for 29 pods. */
export const TEST_NODE: KubeletNode = {
  name: "ip-10-0-1-10.ec2.internal",
  instanceId: "i-0123456789abcdef0",
  instanceType: "m5.large",
  zone: "us-east-1a",
  region: "us-east-1",
  address: "10.0.1.10",
  maxPods: 29,
  vcpus: 2,
  memoryMiB: 8192,
  architecture: "amd64",
};

/** The name of the only container of {@link testPod}. */
export const MAIN = "main";

/** A pod of one container on the test node. */
export function testPod(
  name: string,
  { container, ...spec }: Partial<PodSpec> & { readonly container?: Partial<Container> } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      nodeName: TEST_NODE.name,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: MAIN, image: "berth.local/echo:1", ...container }],
      ...spec,
    },
  };
}
