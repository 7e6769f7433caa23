import { afterEach, describe, expect, test } from "vitest";
import { openKubeClient } from "../kube-client/index.ts";
import { parseIpv4 } from "../net/index.ts";
import { scaledTime } from "../time/index.ts";
import type { Cluster } from "./cluster.ts";
import { openClusterSource } from "./cluster-source.ts";
import { eventually } from "./tiny-agent.ts";
import { must } from "./tiny-instance.ts";
import { startTinyKube } from "./tiny-kube.ts";
import type { TinyKube } from "./tiny-kube.ts";
import { SILENT } from "./tiny-node.ts";

const NODE = "/api/v1/nodes/node-1";
const ENI_CONFIGS = "/apis/crd.k8s.amazonaws.com/v1alpha1/eniconfigs";
const CNI_NODE = "/apis/vpcresources.k8s.aws/v1alpha1/cninodes/node-1";
const POD = "/api/v1/namespaces/default/pods/web-0";
const WEB = { namespace: "default", name: "web-0" };
const ADDRESS = must(parseIpv4("10.0.1.20"));

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function open(scope: "own" | "all" = "own"): Promise<{ kube: TinyKube; cluster: Cluster }> {
  const kube = await startTinyKube();
  const access = { server: kube.url, namespace: "default", credentials: async () => ({}) };
  const time = scaledTime({ speed: 100, startMs: 0 });
  const client = openKubeClient(access, { userAgent: "test", time });
  const source = openClusterSource({
    client,
    scope: scope === "all" ? "all" : { node: "node-1" },
    watch: { eniConfigs: true, cniNodes: true },
    log: SILENT,
  });
  const cluster = source.of({ node: "node-1", pod: "aws-node-abcde" });
  cleanUps.push(
    () => cluster.close(),
    () => source.close(),
    () => client.close(),
    () => kube.close(),
  );
  return { kube, cluster };
}

function isRead(cluster: Cluster): boolean {
  const found = cluster.eniConfig("a");
  return found.ok || found.error.reason !== "unread";
}

describe("the node", () => {
  test("is waited for, then followed: max pods, taint, labels and annotations", async () => {
    const { kube, cluster } = await open();
    let changes = 0;
    const stop = cluster.onChange(() => changes++);
    expect(cluster.node()).toBeUndefined();
    kube.objects.put(NODE, {
      status: { capacity: { pods: "29" } },
      metadata: { labels: { zone: "a" } },
    });
    await cluster.synced;
    expect(cluster.node()).toEqual({
      maxPods: 29,
      cordoned: false,
      labels: { zone: "a" },
      annotations: {},
    });
    const taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
    kube.objects.put(NODE, { spec: { taints: [taint] } });
    await eventually(() => cluster.node()?.cordoned === true);
    expect(cluster.node()?.maxPods).toBeUndefined();
    const before = changes;
    stop();
    kube.objects.remove(NODE);
    await eventually(() => cluster.node() === undefined);
    expect(changes).toBe(before);
  });

  test("of a shared source is its own, not another's", async () => {
    const { kube, cluster } = await open("all");
    let changes = 0;
    kube.objects.put("/api/v1/nodes/node-2", { status: { capacity: { pods: "8" } } });
    kube.objects.put(NODE, { status: { capacity: { pods: "29" } } });
    await cluster.synced;
    cluster.onChange(() => changes++);
    // That the ENIConfigs are known is a change, too.
    await eventually(() => isRead(cluster));
    const before = changes;
    kube.objects.put("/api/v1/nodes/node-2", { status: { capacity: { pods: "9" } } });
    kube.objects.put(NODE, { status: { capacity: { pods: "30" } } });
    await eventually(() => cluster.node()?.maxPods === 30);
    expect(changes).toBe(before + 1);
  });
});

test.each([
  { name: "without groups", spec: { subnet: "subnet-0a1b2c3d" }, groups: [] },
  {
    name: "with groups",
    spec: { subnet: "subnet-0a1b2c3d", securityGroups: ["sg-0a1b2c3d"] },
    groups: ["sg-0a1b2c3d"],
  },
])("an ENIConfig $name", async ({ spec, groups }) => {
  const { kube, cluster } = await open();
  kube.objects.put(NODE, {});
  kube.objects.put(`${ENI_CONFIGS}/a`, { spec });
  await eventually(() => isRead(cluster));
  expect(cluster.eniConfig("a")).toEqual({
    ok: true,
    value: { subnet: "subnet-0a1b2c3d", securityGroups: groups },
  });
});

test.each([
  {
    name: "a subnet that is none",
    spec: { subnet: "10.0.0.0/24" },
    says: /spec\.subnet is "10\.0/,
  },
  { name: "no spec", spec: undefined, says: /spec\.subnet is ""/ },
  {
    name: "a group that is none",
    spec: { subnet: "subnet-0a1b2c3d", securityGroups: ["sg-0a1b2c3d", "default"] },
    says: /spec\.securityGroups has "default"/,
  },
])("an ENIConfig with $name is not usable", async ({ spec, says }) => {
  const { kube, cluster } = await open();
  kube.objects.put(NODE, {});
  expect(cluster.eniConfig("a")).toMatchObject({ ok: false, error: { reason: "unread" } });
  kube.objects.put(`${ENI_CONFIGS}/a`, { spec });
  await eventually(() => isRead(cluster));
  expect(cluster.eniConfig("a")).toMatchObject({
    ok: false,
    error: { reason: "invalid", text: expect.stringMatching(says) as string },
  });
  expect(cluster.eniConfig("b")).toMatchObject({ ok: false, error: { reason: "missing" } });
});

describe("events", () => {
  const news = { severity: "Warning", reason: "Full", message: "no address" } as const;

  test("are about a pod, the node in the kubelet's words, and the agent's own pod", async () => {
    const { kube, cluster } = await open();
    kube.objects.put("/api/v1/namespaces/kube-system/pods/aws-node-abcde", {});
    kube.objects.put(POD, {});
    cluster.tell({ kind: "pod", pod: WEB, uid: "uid-1" }, news);
    cluster.tell({ kind: "pod", pod: { ...WEB, name: "gone" }, uid: "" }, news);
    cluster.tell({ kind: "pod", pod: WEB, uid: "" }, { ...news, reason: "Lost" });
    cluster.tell({ kind: "node" }, news);
    cluster.tell({ kind: "agent" }, news);
    await eventually(() => kube.objects.events.length === 4);
    const involved = kube.objects.events.map(({ involvedObject }) => involvedObject);
    expect(involved).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "Pod", name: "web-0", uid: "uid-1" }),
        expect.objectContaining({ kind: "Pod", name: "web-0", uid: "uid-web-0" }),
        expect.objectContaining({ kind: "Node", name: "node-1", uid: "node-1" }),
        expect.objectContaining({ kind: "Pod", name: "aws-node-abcde", namespace: "kube-system" }),
      ]),
    );
    expect(kube.objects.events[0]).toMatchObject({
      type: "Warning",
      message: "no address",
      source: { component: "berth-agent", host: "node-1" },
    });
  });
});

describe("the annotation of a pod's address", () => {
  const annotation = (kube: TinyKube): unknown =>
    (kube.objects.get(POD) as { metadata: { annotations?: Record<string, string> } }).metadata
      .annotations?.["vpc.amazonaws.com/pod-ips"];

  test("is written, and emptied when the address is given back", async () => {
    const { kube, cluster } = await open();
    kube.objects.put(POD, { metadata: { annotations: { other: "stays" } } });
    await cluster.notePodAddress(WEB, ADDRESS);
    expect(annotation(kube)).toBe("10.0.1.20");
    kube.objects.conflictNext(POD);
    await cluster.clearPodAddress(WEB, ADDRESS);
    expect(annotation(kube)).toBe("");
    expect(kube.objects.get(POD)).toMatchObject({ metadata: { annotations: { other: "stays" } } });
  });

  test("of a pod that was made anew by the same name stays; a pod that is gone is fine", async () => {
    const { kube, cluster } = await open();
    kube.objects.put(POD, {
      metadata: { annotations: { "vpc.amazonaws.com/pod-ips": "10.0.1.21" } },
    });
    await cluster.clearPodAddress(WEB, ADDRESS);
    expect(annotation(kube)).toBe("10.0.1.21");
    kube.objects.remove(POD);
    await cluster.clearPodAddress(WEB, ADDRESS);
    await expect(cluster.notePodAddress(WEB, ADDRESS)).rejects.toMatchObject({ status: 404 });
  });
});

describe("a feature of the CNINode", () => {
  test("is added beside others, once, also after a conflict", async () => {
    const { kube, cluster } = await open();
    expect(await cluster.addFeature({ name: "SecurityGroupsForPods" })).toBe("noCniNode");
    const tags = { cluster: "lab" };
    kube.objects.put(CNI_NODE, { spec: { features: [{ name: "Other", value: "x" }], tags } });
    kube.objects.conflictNext(CNI_NODE);
    expect(await cluster.addFeature({ name: "SecurityGroupsForPods" })).toBe("added");
    expect(await cluster.addFeature({ name: "SecurityGroupsForPods" })).toBe("present");
    expect(kube.objects.get(CNI_NODE)).toMatchObject({
      spec: { features: [{ name: "Other", value: "x" }, { name: "SecurityGroupsForPods" }], tags },
    });
  });

  test("with another value takes the old one's place", async () => {
    const { kube, cluster } = await open();
    kube.objects.put(CNI_NODE, {
      spec: { features: [{ name: "CustomNetworking", value: "old" }] },
    });
    await cluster.addFeature({ name: "CustomNetworking", value: "zone-a" });
    expect(kube.objects.get(CNI_NODE)).toMatchObject({
      spec: { features: [{ name: "CustomNetworking", value: "zone-a" }] },
    });
  });
});

describe("what one agent does for all", () => {
  test("is done by the one whose name the Lease has", async () => {
    const { kube, cluster } = await open();
    const terms: AbortSignal[] = [];
    const stopping = new AbortController();
    const ended = cluster.lead((term) => terms.push(term), stopping.signal);
    await eventually(() => terms.length === 1);
    const lease = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/berth-agents";
    expect(kube.objects.get(lease)).toMatchObject({
      spec: { holderIdentity: "node-1", leaseDurationSeconds: 180 },
    });
    stopping.abort();
    await ended;
    expect(terms[0]?.aborted).toBe(true);
    expect(kube.objects.get(lease)).toMatchObject({ spec: { holderIdentity: "" } });
  });

  test("the status of an ENIConfig is a subresource; where there is none, none is written", async () => {
    const { kube, cluster } = await open();
    kube.objects.put(`${ENI_CONFIGS}/a`, { spec: { subnet: "subnet-00000001" }, status: {} });
    await eventually(() => cluster.eniConfigs().length === 1);
    expect(cluster.eniConfigs()[0]).toMatchObject({ name: "a", found: { ok: true } });
    expect(cluster.eniConfigs()[0]?.status).toBeUndefined();
    const status = {
      observedGeneration: 1,
      nodes: { count: 0, names: [] },
      subnet: null,
      conditions: [],
    };
    await cluster.writeStatus("a", status);
    expect(kube.asked).toContain(`PATCH ${ENI_CONFIGS}/a/status`);
    await eventually(() => cluster.eniConfigs()[0]?.status !== undefined);
    expect(cluster.eniConfigs()[0]?.status).toEqual(status);
    await expect(cluster.writeStatus("gone", status)).resolves.toBeUndefined();
  });

  test("all nodes are asked for when they are needed", async () => {
    const { kube, cluster } = await open();
    kube.objects.put(NODE, { metadata: { labels: { zone: "a" } } });
    kube.objects.put("/api/v1/nodes/node-2", {});
    const nodes = await cluster.nodes();
    expect(nodes).toEqual([
      { name: "node-1", labels: { zone: "a" }, annotations: {} },
      { name: "node-2", labels: {}, annotations: {} },
    ]);
  });

  test("events can be about ENIConfigs", async () => {
    const { kube, cluster } = await open();
    const subject = { kind: "eniConfig", name: "a", uid: "u" } as const;
    cluster.tell(subject, { severity: "Warning", reason: "SubnetNotFound", message: "none" });
    await eventually(() => kube.objects.events.length === 1);
    expect(kube.objects.events[0]).toMatchObject({
      involvedObject: { kind: "ENIConfig", name: "a", uid: "u" },
    });
  });
});

test.each([
  { what: "deleted", object: { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } } },
  { what: "scaled away", object: { spec: { taints: [{ key: "karpenter.sh/disrupted" }] } } },
])("a node that is being $what is leaving", async ({ object }) => {
  const { kube, cluster } = await open();
  kube.objects.put(NODE, object);
  await cluster.synced;
  expect(cluster.node()?.leaving).toBeDefined();
});
