import { expect, test } from "vitest";
import { BerthError } from "../../base/index.ts";
import { formatCidr, formatIpv4 } from "../../net/index.ts";
import { parseLabFile, readLabFile } from "./read-lab-file.ts";

const GOOD = `name: small
vpc: { cidrs: [10.0.0.0/16] }
subnets:
  - { name: a, zone: us-east-1a, cidr: 10.0.0.0/24 }
`;

function refusal(text: string): string {
  try {
    parseLabFile("lab.yaml", text);
  } catch (error) {
    if (error instanceof BerthError) return error.message;
    throw error;
  }
  return "accepted";
}

test("a small file gets every default", () => {
  const lab = parseLabFile("lab.yaml", GOOD);
  expect(lab).toMatchObject({
    name: "small",
    region: "us-east-1",
    natGateway: undefined,
    nodes: [],
  });
  expect(lab.subnets[0]?.route).toBe("none");
  expect(formatIpv4(lab.internetServer)).toBe("203.0.113.10");
  expect(lab.ec2).toEqual({
    attachMs: 1500,
    detachMs: 3000,
    latency: "none",
    throttle: "published",
  });
});

test("a group of nodes becomes numbered nodes with max pods by type", () => {
  const lab = parseLabFile(
    "lab.yaml",
    `${GOOD}nodes: [{ name: n, instanceType: t3.medium, subnet: a, count: 2 }]`,
  );
  expect(lab.nodes.map(({ name, maxPods }) => ({ name, maxPods }))).toEqual([
    { name: "n-1", maxPods: 17 },
    { name: "n-2", maxPods: 17 },
  ]);
});

test("the agent's variables become text; an autoscaler gets the subnets that are not public", () => {
  const lab = parseLabFile(
    "lab.yaml",
    `${GOOD}  - { name: b, zone: us-east-1a, cidr: 10.0.1.0/24, route: internet }
agent: { env: { WARM_IP_TARGET: 2, ENABLE_PREFIX_DELEGATION: true } }
autoscaler: { instanceTypes: [m5.large], consolidateAfterSeconds: 30 }
images: [app.tar]
manifests: [app.yaml]
`,
  );
  expect(lab.agentEnv).toEqual({ WARM_IP_TARGET: "2", ENABLE_PREFIX_DELEGATION: "true" });
  expect(lab.autoscaler).toMatchObject({
    instanceTypes: [{ type: "m5.large" }],
    subnets: ["a"],
    maxNodes: 20,
    consolidateAfterMs: 30_000,
  });
  expect(lab).toMatchObject({
    images: ["app.tar"],
    manifests: ["app.yaml"],
    kubernetes: {
      ipFamily: "ipv4",
      scheduler: "auto",
      controllers: "auto",
      cloudController: "auto",
    },
  });
});

test("the shipped example is right", () => {
  const lab = readLabFile("examples/labs/first.yaml");
  expect(lab.nodes.map(({ instanceType }) => instanceType.type)).toEqual(Array(3).fill("m5.large"));
  expect(lab.vpcCidrs.map(formatCidr)).toEqual(["10.0.0.0/16"]);
});

test("a file that isn't there", () => {
  expect(() => readLabFile("no/such.yaml")).toThrow(
    /^Cannot read the lab file no\/such.yaml: .*ENOENT/,
  );
});

const CASES: readonly { readonly name: string; readonly text: string }[] = [
  { name: "not YAML", text: "name: [" },
  { name: "empty", text: "" },
  {
    name: "aliases of aliases of aliases",
    text: Array.from("abcdefgh")
      .map((key, index, all) => {
        const item = index === 0 ? "x" : `*${all[index - 1] ?? ""}`;
        return `${key}: &${key} [${Array(9).fill(item).join(", ")}]\n`;
      })
      .join(""),
  },
  {
    name: "an outside that is no outside",
    text: `${GOOD}internet: { server: 127.0.0.1, publicAddresses: 10.0.1.0/24 }\n`,
  },
  {
    name: "public addresses that are multicast",
    text: `${GOOD}internet: { publicAddresses: 224.0.0.0/24 }\n`,
  },
  {
    name: "nodes called as the lab's own namespaces",
    text: `${GOOD}nodes:
  - { name: router, instanceType: m5.large, subnet: a }
  - { name: nat, instanceType: m5.large, subnet: a, count: 2 }
  - { name: nat-a, instanceType: m5.large, subnet: a }
`,
  },
  {
    name: "wrong form: unknown key, bad words, numbers and types, a missing key",
    text: `name: First
regoin: us-east-1
vpc: { cidrs: [10.0.0.1/16, 10] }
subnets:
  - { name: a, zone: us-east-1a, cidr: 10.0.0.0/24, route: natt }
  - { name: b, cidr: 10.0.0.0/24 }
internet: { server: nowhere, publicAddresses: 198.51.100.1/24 }
nodes:
  - { name: n, instanceType: m5.large, subnet: a, count: 0, maxPods: "x" }
  - { name: n, instanceType: m5.large, subnet: a, env: { "a b": 1 } }
zzzzzzzz: 1
`,
  },
  {
    name: "wrong sense: zones, sizes, overlaps, routes, types, subnets, names",
    text: `name: small
vpc: { cidrs: [10.0.0.0/16, 10.0.0.0/20, 203.0.113.0/24, 11.0.0.0/8] }
subnets:
  - { name: a, zone: us-east-1z, cidr: 10.0.0.0/24, route: nat }
  - { name: b, zone: us-east-1a, cidr: 10.0.0.0/28 }
  - { name: b, zone: us-east-1a, cidr: 10.1.0.0/29 }
nodes:
  - { name: n, instanceType: m5.lrge, subnet: c, count: 2 }
  - { name: n-1, instanceType: qqqqqqqqqqqqq, subnet: b, count: 12 }
  - { name: n-1, instanceType: m5.large, subnet: b, maxPods: 1 }
workloads: [{ name: w, node: n-9 }, { name: w }]
`,
  },
  {
    name: "variables of a single node",
    text: `${GOOD}nodes: [{ name: n, instanceType: m5.large, subnet: a, env: { WARM_IP_TARGET: 2 } }]`,
  },
  {
    name: "an autoscaler that asks for too much, and variables with odd names",
    text: `${GOOD}autoscaler: { instanceTypes: [], maxNodes: 5000 }\nagent: { env: { "a b": 1 } }`,
  },
  {
    name: "an autoscaler of unknown types in unknown subnets",
    text: `${GOOD}autoscaler: { instanceTypes: [m5.lrge], subnets: [b] }`,
  },
  { name: "a NAT gateway in no subnet", text: `${GOOD}natGateway: { subnet: x }` },
  { name: "a NAT gateway without a way out", text: `${GOOD}natGateway: { subnet: a }` },
  {
    name: "public addresses that hold the server, or none",
    text: `${GOOD}internet: { server: 198.51.100.1, publicAddresses: 198.51.100.0/31 }`,
  },
  { name: "a workload pinned where no node is", text: `${GOOD}workloads: [{ name: w, node: n }]` },
];

test.each(CASES)("refused: $name", ({ text }) => {
  expect(refusal(text)).toMatchSnapshot();
});
