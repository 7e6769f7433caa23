import { expect, test } from "vitest";
import { hostVethName, podSuffix } from "./pod-names.ts";

test.each([
  { namespace: "kube-system", name: "coredns-57ff979f67-qqbdh", want: "b5faff8a083" },
  { namespace: "kube-system", name: "coredns-57ff979f67-8ns9b", want: "9571956a6cc" },
  { namespace: "default", name: "sample-pod", want: "cc21c2d7785" },
  { namespace: "default", name: "sample-pod", nicIndex: 1, want: "a0b7655f3c9" },
  { namespace: "", name: "", want: "3a52ce78095" },
  { namespace: "", name: "", nicIndex: 1, want: "ce799470a46" },
])("the suffix of $namespace/$name is $want, as the VPC CNI computes it", ({ want, ...pod }) => {
  expect(podSuffix(pod)).toBe(want);
});

test.each([
  { prefix: undefined, want: "enib5faff8a083" },
  { prefix: "vlan", want: "vlanb5faff8a083" },
])("the host's end of a pod's veth pair is $want", ({ prefix, want }) => {
  const name = hostVethName({ namespace: "kube-system", name: "coredns-57ff979f67-qqbdh" }, prefix);
  expect(name).toBe(want);
  expect(name.length).toBeLessThanOrEqual(15);
});
