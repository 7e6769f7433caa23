import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterRole, Role } from "kubernetes-types/rbac/v1";
import type { DaemonSet } from "kubernetes-types/apps/v1";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { LEADERSHIP } from "./cluster-duties/kube-duties.ts";
import { readAgentConfig } from "./config.ts";
import { RULES_CONFIG_MAP } from "./node-group/node-rule.ts";
import { must } from "./tiny-instance.ts";
import { VARIABLES } from "./variables.ts";

const text = readFileSync(join(import.meta.dirname, "../../deploy/agent/aws-node.yaml"), "utf8");
const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string });
const daemonSet = must(objects.find(({ kind }) => kind === "DaemonSet")) as DaemonSet;
const role = must(objects.find(({ kind }) => kind === "ClusterRole")) as ClusterRole;
const pod = must(daemonSet.spec?.template.spec);
const agent = must(pod.containers[0]);

test("the DaemonSet sets only what the agent reads, and to what it takes", () => {
  const variables = [...(agent.env ?? []), ...(pod.initContainers?.[0]?.env ?? [])];
  expect(Object.keys(VARIABLES)).toEqual(expect.arrayContaining(variables.map(({ name }) => name)));
  const env = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  const config = readAgentConfig(env);
  expect(config).toEqual({ ...readAgentConfig({}), cniConfDir: "/host/etc/cni/net.d" });
});

test("what the agent keeps between its lives is outside of the container", () => {
  const mounts = (agent.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  const { cniSocket, checkpointFile } = readAgentConfig({});
  for (const path of [cniSocket, checkpointFile])
    expect(mounts).toContain(path.slice(0, path.lastIndexOf("/")));
});

test("it is found by the names that people use, and rolled a few nodes at a time", () => {
  expect(daemonSet.metadata).toMatchObject({ name: "aws-node", namespace: "kube-system" });
  expect(daemonSet.spec?.selector.matchLabels).toEqual({ "k8s-app": "aws-node" });
  expect(daemonSet.spec?.updateStrategy?.rollingUpdate?.maxUnavailable).toBe("10%");
  expect(pod.tolerations).toEqual([{ operator: "Exists" }]);
  expect(pod.priorityClassName).toBe("system-node-critical");
});

test.each([
  { what: "nodes", group: "", verbs: ["list", "watch"] },
  { what: "pods", group: "", verbs: ["get", "patch"] },
  { what: "events", group: "", verbs: ["create", "patch"] },
  { what: "eniconfigs", group: "crd.k8s.amazonaws.com", verbs: ["list", "watch"] },
  { what: "eniconfigs/status", group: "crd.k8s.amazonaws.com", verbs: ["patch"] },
  { what: "cninodes", group: "vpcresources.k8s.aws", verbs: ["get", "list", "watch", "patch"] },
])("its role allows what it asks of $what", ({ what, group, verbs }) => {
  const rule = must(
    role.rules?.find(({ resources, apiGroups }) => {
      return resources?.includes(what) === true && apiGroups?.includes(group) === true;
    }),
  );
  expect(rule.verbs).toEqual(expect.arrayContaining(verbs));
});

test("it may read the settings for groups of nodes and use the agents' Lease, and no other ConfigMap or Lease", () => {
  const own = must(objects.find(({ kind }) => kind === "Role")) as Role;
  expect(own.metadata?.namespace).toBe("kube-system");
  expect(own.rules).toEqual([
    {
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: [RULES_CONFIG_MAP],
      verbs: ["get", "list", "watch"],
    },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      resourceNames: [LEADERSHIP.name],
      verbs: ["get", "update"],
    },
  ]);
});
