import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { parseSecurityGroupId, parseSubnetId, parseVpcId } from "../facts/index.ts";
import { isRecord } from "./json.ts";
import { eventually, removeDirectory, startTinyAgent } from "./tiny-agent.ts";
import type { TinyAgent } from "./tiny-agent.ts";
import { TinyCluster } from "./tiny-cluster.ts";
import { attachEni } from "./tiny-enis.ts";
import { INSTANCE, must, TINY_SUBNET } from "./tiny-instance.ts";
import { TinyWorld } from "./tiny-world.ts";

const agents: TinyAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) {
    await agent.stop();
    removeDirectory(agent.directory);
  }
});

async function start(
  world: TinyWorld,
  cluster: TinyCluster,
  env: Record<string, string> = {},
): Promise<TinyAgent> {
  const agent = await startTinyAgent(world, { cluster, env });
  agents.push(agent);
  return agent;
}

function clusterWith(node: Parameters<TinyCluster["setNode"]>[0] = {}): TinyCluster {
  const cluster = new TinyCluster();
  cluster.setNode(node);
  return cluster;
}

function message(stdout: string): string {
  const failure: unknown = JSON.parse(stdout);
  return isRecord(failure) ? String(failure["msg"]) : stdout;
}

const EAGER = { MAX_ENI: "1", BERTH_ADD_WAIT_SECONDS: "0" };
const hasConflist = ({ config }: TinyAgent): boolean =>
  existsSync(join(config.cniConfDir, "10-berth.conflist"));
const servedPods = (agent: TinyAgent, count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, index) => agent.call("ADD", `web-${index}`)));

describe("max pods", () => {
  test("are the node's, now and when they change", async () => {
    const cluster = clusterWith({ maxPods: 5 });
    const world = new TinyWorld();
    const agent = await start(world, cluster, { ...EAGER, MAX_PODS: "100", WARM_IP_TARGET: "3" });
    await servedPods(agent, 5);
    const refused = await agent.call("ADD", "sixth");
    expect(message(refused.stdout)).toContain("the node's max pods (5)");
    cluster.setNode({ maxPods: 6 });
    await eventually(() => world.attachedAddresses.length > 5);
    expect((await agent.call("ADD", "sixth")).status).toBe(0);
  });

  test("are waited for by a node without pods", async () => {
    const cluster = new TinyCluster();
    const world = new TinyWorld();
    const starting = start(world, cluster);
    await eventually(() => world.hostSetUps === 1);
    expect(world.calls).not.toContain("assign");
    cluster.setNode({ maxPods: 29 });
    await starting;
    expect(world.calls).toContain("assign");
  });
});

test("R-WARM-5: a successor serves its pods as soon as their leases are back, before the pool or the cluster is ready", async () => {
  const world = new TinyWorld();
  const first = await start(world, clusterWith());
  await first.call("ADD");
  await first.stop();
  world.calls.length = 0;
  const second = await startTinyAgent(world, {
    cluster: new TinyCluster(),
    directory: first.directory,
  });
  agents.splice(0, 1, second);
  expect((await second.call("ADD", "web-1")).status).toBe(0);
  expect((await second.call("DEL")).status).toBe(0);
  expect(world.calls).not.toContain("unattachedEnis");
});

describe("the network list, which makes a node Ready,", () => {
  test("waits until the subnet gives an address", async () => {
    const world = new TinyWorld();
    const { free } = world;
    world.free = [];
    const agent = await start(world, clusterWith(), EAGER);
    expect(message((await agent.call("ADD")).stdout)).toContain("too few free addresses");
    expect(hasConflist(agent)).toBe(false);
    world.free = free;
    await agent.stop();
    const second = await startTinyAgent(world, { directory: agent.directory, env: EAGER });
    agents.splice(0, 1, second);
    expect(hasConflist(second)).toBe(true);
  });

  test("is there when no address is asked for", async () => {
    const agent = await start(new TinyWorld(), clusterWith({ maxPods: 0 }));
    expect(hasConflist(agent)).toBe(true);
  });
});

describe("a cordoned node", () => {
  test("gets no addresses until it is not any more; the pod and its event say so", async () => {
    const cluster = clusterWith({ cordoned: true });
    const world = new TinyWorld();
    const agent = await start(world, cluster, EAGER);
    const refused = await agent.call("ADD");
    expect(message(refused.stdout)).toContain("the node is cordoned");
    expect(cluster.news("pod").join()).toContain("the node is cordoned");
    expect(hasConflist(agent)).toBe(false);
    cluster.setNode({ cordoned: false });
    await eventually(() => hasConflist(agent));
    expect((await agent.call("ADD")).status).toBe(0);
  });

  test("gets none when it is being removed, whatever AWS_MANAGE_ENIS_NON_SCHEDULABLE says", async () => {
    const env = { AWS_MANAGE_ENIS_NON_SCHEDULABLE: "true", BERTH_ADD_WAIT_SECONDS: "0" };
    const world = new TinyWorld();
    const agent = await start(world, clusterWith({ leaving: "taint gone" }), env);
    expect(message((await agent.call("ADD")).stdout)).toContain(
      "the node is being removed (taint gone)",
    );
    expect(world.calls).not.toContain("createEni");
    expect(world.calls).not.toContain("assign");
  });

  test("gets them with AWS_MANAGE_ENIS_NON_SCHEDULABLE", async () => {
    const env = { AWS_MANAGE_ENIS_NON_SCHEDULABLE: "true" };
    const agent = await start(new TinyWorld(), clusterWith({ cordoned: true }), env);
    expect((await agent.call("ADD")).status).toBe(0);
  });
});

describe("custom networking", () => {
  const env = {
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true",
    ENI_CONFIG_LABEL_DEF: "topology.kubernetes.io/zone",
  };
  const group = must(parseSecurityGroupId("sg-0000cafe"));
  const FAR = {
    ...TINY_SUBNET,
    id: must(parseSubnetId("subnet-0000fa12")),
    zone: "us-west-2b",
  };
  const usable = {
    ok: true,
    value: { subnet: INSTANCE.subnet, securityGroups: [group] },
  } as const;

  test("makes ENIs as the node's ENIConfig says, and gives pods nothing of the primary ENI", async () => {
    const cluster = clusterWith({ labels: { "topology.kubernetes.io/zone": "zone-a" } });
    cluster.configs.set("zone-a", usable);
    const world = new TinyWorld();
    world.knownGroups.push({ id: group, vpc: INSTANCE.vpc });
    const groups: unknown[] = [];
    const ec2 = {
      ...world.ec2,
      createEni: async (eni: Parameters<TinyWorld["ec2"]["createEni"]>[0]) => {
        groups.push(eni.securityGroups);
        return world.ec2.createEni(eni);
      },
    };
    const { metadata, kernel } = world;
    const agent = await startTinyAgent({ ec2, metadata, kernel }, { cluster, env });
    agents.push(agent);
    expect((await agent.call("ADD")).status).toBe(0);
    expect(groups[0]).toEqual([group]);
    expect([...world.pods.values()].map(({ deviceIndex }) => deviceIndex)).toEqual([1]);
  });

  test("makes none while there is no ENIConfig, and says which one is missing, once", async () => {
    const cluster = clusterWith();
    const world = new TinyWorld();
    world.knownGroups.push({ id: group, vpc: INSTANCE.vpc });
    const agent = await start(world, cluster, { ...env, BERTH_ADD_WAIT_SECONDS: "0" });
    cluster.changed();
    expect(world.calls).not.toContain("createEni");
    expect(cluster.news("node")).toEqual([
      "Warning ENIConfigNotFound: No ENI can be made for pods: there is no ENIConfig default.",
    ]);
    expect(message((await agent.call("ADD")).stdout)).toContain("there is no ENIConfig default");
    const error = { reason: "invalid", text: "ENIConfig default is not usable" } as const;
    cluster.configs.set("default", { ok: false, error });
    cluster.changed();
    cluster.configs.set("default", usable);
    cluster.changed();
    await eventually(() => hasConflist(agent));
    expect(cluster.news("node").slice(1)).toEqual([
      "Warning InvalidENIConfig: No ENI can be made for pods: ENIConfig default is not usable.",
      "Normal ENIConfigFound: The node's ENIConfig can be used; ENIs are made again.",
    ]);
  });

  test.each([
    {
      what: "a subnet that does not exist",
      value: { subnet: must(parseSubnetId("subnet-00000bad")), securityGroups: [] },
      text: "there is no subnet subnet-00000bad in this Region",
    },
    {
      what: "a subnet of another zone",
      value: { subnet: FAR.id, securityGroups: [] },
      text: "subnet subnet-0000fa12 is in us-west-2b, and this node is in us-west-2a",
    },
    {
      what: "a security group of another VPC",
      value: {
        subnet: INSTANCE.subnet,
        securityGroups: [must(parseSecurityGroupId("sg-0000ff02"))],
      },
      text: "security group sg-0000ff02 is of vpc-0000ff02, the nodes are in vpc-00000001",
    },
  ])("R-CN-2: an ENIConfig with $what is told before a pod comes", async ({ value, text }) => {
    const cluster = clusterWith();
    cluster.configs.set("default", { ok: true, value });
    const world = new TinyWorld();
    world.otherSubnets.push(FAR);
    const elsewhere = must(parseVpcId("vpc-0000ff02"));
    world.knownGroups.push({ id: must(parseSecurityGroupId("sg-0000ff02")), vpc: elsewhere });
    const agent = await start(world, cluster, { ...env, BERTH_ADD_WAIT_SECONDS: "0" });
    expect(cluster.news("node")).toEqual([
      `Warning InvalidENIConfig: No ENI can be made for pods: the node's ENIConfig can't be used: ${text}.`,
    ]);
    expect(world.calls).not.toContain("createEni");
    expect(message((await agent.call("ADD")).stdout)).toContain(text);
  });

  test("a role that may not ask EC2 about subnets keeps no ENI from being made", async () => {
    const cluster = clusterWith();
    cluster.configs.set("default", usable);
    const world = new TinyWorld();
    for (let count = 0; count < 5; count++) world.refuse("subnets", "UnauthorizedOperation");
    const agent = await start(world, cluster, env);
    expect((await agent.call("ADD")).status).toBe(0);
  });

  test("without Kubernetes makes none either", async () => {
    const agent = await startTinyAgent(new TinyWorld(), { env });
    agents.push(agent);
    expect(message((await agent.call("ADD")).stdout)).toContain("needs the Kubernetes API");
  });
});

describe("events", () => {
  test("R-IP-2: a pod that a full node refuses is told once in the same words", async () => {
    const cluster = clusterWith();
    const agent = await start(new TinyWorld(), cluster, EAGER);
    await servedPods(agent, 9);
    await agent.call("ADD", "tenth");
    await agent.call("ADD", "tenth");
    expect(new Set(cluster.news("pod"))).toEqual(
      new Set([
        "Warning FailedToAssignIPAddress: No address: node full: 9 of 9 addresses of this m5.large are in use on 1 of 1 ENIs. Add nodes, or use a larger type; max pods should not exceed what berth max-pods shows.",
      ]),
    );
  });

  test("R-IP-3: the node tells when its subnet has run dry, and when it has addresses again", async () => {
    const cluster = clusterWith();
    const world = new TinyWorld();
    world.free = world.free.slice(0, 4);
    const agent = await start(world, cluster, EAGER);
    await eventually(() => cluster.news("node").length === 1);
    expect(cluster.news("node")[0]).toMatch(
      /^Warning SubnetExhausted: Subnet subnet-00000001 \(10\.0\.1\.0\/24\) has no free address for this node \(InsufficientFreeAddressesInSubnet\)/,
    );
    await servedPods(agent, 5);
    expect(cluster.news("pod").join()).not.toMatch(/next attempt|\d s\b/);
  });

  test("a call that the role may not make is told on the agent's own pod", async () => {
    const cluster = clusterWith();
    const world = new TinyWorld();
    world.refuse("assign", "UnauthorizedOperation");
    const { tellMissingPermissions } = await import("./permission-news.ts");
    const ec2 = tellMissingPermissions(world.ec2, cluster);
    const agent = await startTinyAgent(
      { ec2, metadata: world.metadata, kernel: world.kernel },
      { cluster, env: EAGER },
    );
    agents.push(agent);
    expect(cluster.news("agent")).toEqual([
      expect.stringMatching(/^Warning MissingIAMPermissions: EC2 refuses assign/),
    ]);
  });
});

describe("ANNOTATE_POD_IP", () => {
  const env = { ANNOTATE_POD_IP: "true", MAX_ENI: "1" };

  test("writes each pod's address and empties it at its end", async () => {
    const cluster = clusterWith();
    const agent = await start(new TinyWorld(), cluster, env);
    await agent.call("ADD");
    expect(cluster.annotations.get("web-0")).toMatch(/^10\.0\.1\.\d+$/);
    await agent.call("DEL");
    expect(cluster.annotations.get("web-0")).toBe("");
  });

  test("fails the ADD if it can't be written, and gives the address back; a DEL succeeds all the same", async () => {
    const cluster = clusterWith();
    const world = new TinyWorld();
    const agent = await start(world, cluster, env);
    await agent.call("ADD");
    cluster.refusal = new BerthError("kubeForbidden", "Pods may not be patched.", { fix: "RBAC" });
    expect(message((await agent.call("ADD", "web-1")).stdout)).toBe("Pods may not be patched.");
    expect(world.pods.size).toBe(1);
    expect((await agent.call("DEL")).status).toBe(0);
    expect(agent.lines.join()).toContain("still has its old address");
  });
});

describe("ENIs of others", () => {
  test("take the room of ours from the moment they are seen", async () => {
    const world = new TinyWorld();
    const cluster = clusterWith({ maxPods: 29 });
    const env = { WARM_ENI_TARGET: "2", MANAGE_UNTAGGED_ENI: "false" };
    const eni = await attachEni(world);
    const agent = await start(world, cluster, env);
    await eventually(() =>
      agent.lines.some((line) => line.includes("an attached ENI is left alone")),
    );
    await eventually(
      () => world.enis.filter(({ attachment }) => attachment !== undefined).length === 3,
    );
    expect(world.enis.map(({ id }) => id)).toContain(eni);
    expect(agent.lines.join()).not.toContain("attachmentLimit");
  });
});

describe("the CNINode", () => {
  test("gets its features as soon as it is there", async () => {
    const cluster = clusterWith({ labels: { "k8s.amazonaws.com/eniConfig": "zone-a" } });
    const env = { ENABLE_POD_ENI: "true", AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true" };
    cluster.refusal = new BerthError("kubeForbidden", "not now", { fix: "wait" });
    const agent = await start(new TinyWorld(), cluster, env);
    await eventually(() => agent.lines.some((line) => line.includes("could not be put")));
    cluster.refusal = undefined;
    cluster.changed();
    cluster.features = [];
    cluster.changed();
    cluster.changed();
    await eventually(() => cluster.features?.length === 2);
    expect(cluster.features).toEqual([
      { name: "CustomNetworking", value: "zone-a" },
      { name: "SecurityGroupsForPods" },
    ]);
  });

  test("is left alone without ENABLE_POD_ENI", async () => {
    const cluster = clusterWith();
    cluster.features = [];
    await start(new TinyWorld(), cluster);
    expect(cluster.features).toEqual([]);
  });
});
