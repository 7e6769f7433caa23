import { expect, test } from "vitest";
import { subnetUse } from "./subnet-use.ts";

const OURS = "cni.networking.k8s.aws/cluster/ours";
const OTHER = "cni.networking.k8s.aws/cluster/other";
const role = (value: string): Record<string, string> => ({ "kubernetes.io/role/cni": value });

// The table of the VPC CNI v1.23: whether ENIs may be made in the node's subnet and in another, and whether pods are kept out.
test.each([
  { name: "0", tags: role("0"), own: "no", other: "no", pods: "closed" },
  { name: "no tag", tags: {}, own: "yes", other: "no", pods: "open" },
  { name: "an empty tag", tags: role(""), own: "yes", other: "no", pods: "open" },
  {
    name: "no tag but another cluster's",
    tags: { [OTHER]: "1" },
    own: "yes",
    other: "no",
    pods: "open",
  },
  { name: "1", tags: role("1"), own: "yes", other: "yes", pods: "open" },
  { name: "any other value", tags: role("shared"), own: "yes", other: "yes", pods: "open" },
  {
    name: "1 for this cluster",
    tags: { ...role("1"), [OURS]: "" },
    own: "yes",
    other: "yes",
    pods: "open",
  },
  {
    name: "1 for both clusters",
    tags: { ...role("1"), [OURS]: "", [OTHER]: "" },
    own: "yes",
    other: "yes",
    pods: "open",
  },
  {
    name: "1 for another cluster",
    tags: { ...role("1"), [OTHER]: "" },
    own: "no",
    other: "no",
    pods: "closed",
  },
  {
    name: "1 for a cluster, none being ours",
    tags: { ...role("1"), [OTHER]: "" },
    clusterName: "",
    own: "yes",
    other: "yes",
    pods: "open",
  },
])("a subnet with the tag $name", ({ tags, clusterName = "ours", own, other, pods }) => {
  const cluster = clusterName === "" ? undefined : clusterName;
  const asOwn = subnetUse(tags, { clusterName: cluster, own: true });
  const asOther = subnetUse(tags, { clusterName: cluster, own: false });
  expect(asOwn.unusable === undefined ? "yes" : "no").toBe(own);
  expect(asOther.unusable === undefined ? "yes" : "no").toBe(other);
  expect([asOwn.pods, asOther.pods]).toEqual([pods, pods]);
});
