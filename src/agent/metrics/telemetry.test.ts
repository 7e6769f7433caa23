import { once } from "node:events";
import { createServer, get } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { parseEniId, parseSubnetId } from "../../facts/index.ts";
import { parseIpv4 } from "../../net/index.ts";
import { Pool, poolSettings } from "../../pool/index.ts";
import type { Outcome, WorkStep } from "../../pool/index.ts";
import { systemTime } from "../../time/index.ts";
import { removeDirectory, startTinyAgent } from "../tiny-agent.ts";
import type { TinyAgent } from "../tiny-agent.ts";
import { must } from "../tiny-instance.ts";
import { SILENT } from "../tiny-node.ts";
import { TinyWorld } from "../tiny-world.ts";
import { Telemetry } from "./telemetry.ts";

const agents: TinyAgent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) {
    await agent.stop();
    removeDirectory(agent.directory);
  }
});

/** A port that is free for now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function start(
  world: TinyWorld,
): Promise<{ agent: TinyAgent; ask: (path: string) => Promise<Answer> }> {
  const metrics = await freePort();
  const introspection = await freePort();
  const agent = await startTinyAgent(world, {
    env: {
      DISABLE_METRICS: "false",
      DISABLE_INTROSPECTION: "false",
      BERTH_METRICS_BIND_ADDRESS: `127.0.0.1:${metrics}`,
      INTROSPECTION_BIND_ADDRESS: `127.0.0.1:${introspection}`,
      WARM_IP_TARGET: "2",
    },
  });
  agents.push(agent);
  const portOf = (path: string): number => (path === "/metrics" ? metrics : introspection);
  return { agent, ask: (path) => ask(portOf(path), path) };
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** Asks until somebody listens: the port is opened beside the agent's start. */
async function ask(port: number, path: string): Promise<Answer> {
  return expect
    .poll(() => askOnce(port, path).catch(() => undefined), { timeout: 5000 })
    .toBeDefined()
    .then(() => askOnce(port, path));
}

function askOnce(port: number, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path }, (response) => {
      const { statusCode: status, headers } = response;
      text(response).then(
        (body) => resolve({ status, type: headers["content-type"], body }),
        reject,
      );
    }).on("error", reject);
  });
}

/** The value of each series. */
function seriesIn(body: string): ReadonlyMap<string, number> {
  const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [
        line.slice(0, at),
        line.slice(at + 1) === "+Inf" ? Infinity : Number(line.slice(at + 1)),
      ];
    }),
  );
}

/** Families of the VPC CNI v1.23 that are there from the first scrape on. */
const STOCK_FAMILIES = [
  "awscni_build_info",
  "awscni_ipamd_action_inprogress",
  "awscni_eni_max",
  "awscni_ip_max",
  "awscni_eni_allocated",
  "awscni_total_ip_addresses",
  "awscni_assigned_ip_addresses",
  "awscni_total_ipv4_prefixes",
  "awscni_assigned_ip_per_eni",
  "awscni_no_available_ip_addresses",
  "awscni_reconcile_count",
  "awscni_add_ip_req_count",
  "awscni_pod_eni_error_count",
  "awscni_force_removed_enis",
  "awscni_force_removed_ips",
  "awscni_aws_api_latency_ms",
  "awscni_ec2api_req_count",
  "awscni_ipamd_startup_duration_seconds",
  "awscni_ipamd_node_initialization_duration_seconds",
  "awscni_connmark_backend",
  "awscni_connmark_reconcile_total",
];

describe("metrics", () => {
  test("the VPC CNI's families are there, and count what happens", async () => {
    const world = new TinyWorld();
    const { agent, ask } = await start(world);
    await agent.call("ADD", "web-0");
    await agent.call("ADD", "web-1");
    await agent.call("DEL", "web-1");
    const { type, body } = await ask("/metrics");
    expect(type).toContain("text/plain; version=0.0.4");
    for (const name of STOCK_FAMILIES) expect(body).toContain(`# TYPE ${name} `);
    const series = seriesIn(body);
    const values = Object.fromEntries(
      [
        "awscni_eni_max",
        "awscni_ip_max",
        "awscni_assigned_ip_addresses",
        "awscni_add_ip_req_count",
        'awscni_del_ip_req_count{reason="PodDeleted"}',
        'awscni_assigned_ip_per_eni{eni="eni-00000001"}',
        'awscni_connmark_reconcile_total{result="success"}',
        "berth_pod_starts_total",
        'berth_cni_duration_seconds_count{command="ADD",result="ok"}',
      ].map((name) => [name, series.get(name)]),
    );
    expect(values).toEqual({
      awscni_eni_max: 3,
      awscni_ip_max: 27,
      awscni_assigned_ip_addresses: 1,
      awscni_add_ip_req_count: 2,
      'awscni_del_ip_req_count{reason="PodDeleted"}': 1,
      'awscni_assigned_ip_per_eni{eni="eni-00000001"}': 1,
      'awscni_connmark_reconcile_total{result="success"}': 1,
      berth_pod_starts_total: 2,
      'berth_cni_duration_seconds_count{command="ADD",result="ok"}': 2,
    });
  });

  test("every EC2 call is in the ledger, with what it was made for and what came of it", async () => {
    const world = new TinyWorld();
    const { agent, ask } = await start(world);
    world.refuse("assign", "RequestLimitExceeded");
    await agent.call("ADD", "web-0"); // and the pool wants another one
    await expect.poll(() => world.refusals.get("assign")).toEqual([]);
    const report = JSON.parse((await ask("/v1/ec2-calls")).body) as {
      total: number;
      podStarts: number;
      perThousandPodStarts: number;
      calls: { action: string; reason: string; result: string; calls: number }[];
    };
    expect(report.total).toBe(world.calls.length);
    expect(report.podStarts).toBe(1);
    expect(report.perThousandPodStarts).toBe(1000 * report.total);
    expect(report.calls).toContainEqual(
      expect.objectContaining({
        action: "AssignPrivateIpAddresses",
        reason: "assignBlocks",
        result: "RequestLimitExceeded",
        calls: 1,
      }),
    );
    expect(report.calls).toContainEqual(
      expect.objectContaining({
        action: "DescribeNetworkInterfaces",
        reason: "start",
        result: "ok",
      }),
    );
    expect(report.calls.map(({ reason }) => reason)).not.toContain("other");
    const series = seriesIn((await ask("/metrics")).body);
    const labels =
      'action="AssignPrivateIpAddresses",reason="assignBlocks",result="RequestLimitExceeded"';
    expect(series.get(`berth_ec2_calls_total{${labels}}`)).toBe(1);
    expect(series.get('awscni_ec2api_error_count{fn="AssignPrivateIpAddresses"}')).toBe(1);
    expect(series.get('awscni_ipamd_error_count{fn="increaseIPPoolAllocIPAddressesFailed"}')).toBe(
      1,
    );
  });

  test("agents of one process count apart", async () => {
    const [a, b] = [await start(new TinyWorld()), await start(new TinyWorld())];
    await a.agent.call("ADD", "web-0");
    expect(seriesIn((await a.ask("/metrics")).body).get("berth_pod_starts_total")).toBe(1);
    expect(seriesIn((await b.ask("/metrics")).body).get("berth_pod_starts_total")).toBe(0);
  });

  test("a subnet's room, and when it is used up at its present rate", () => {
    let nowMs = 1_000_000;
    const telemetry = new Telemetry({ time: { ...systemTime, nowMs: () => nowMs }, log: SILENT });
    const subnet = must(parseSubnetId("subnet-00000001"));
    telemetry.noteSubnet({ subnet, freeAddresses: 200 });
    nowMs += 100_000;
    telemetry.noteSubnet({ subnet, freeAddresses: 100 });
    const series = seriesIn(telemetry.render());
    expect(series.get(`berth_subnet_free_addresses{subnet="${subnet}"}`)).toBe(100);
    expect(series.get(`berth_exhaustion_seconds{scope="subnet",subnet="${subnet}"}`)).toBe(100);
  });
});

describe("the subnets of a node with prefixes", () => {
  const MADE = { addedEnis: [], removedEnis: [], addedBlocks: [], removedBlocks: [], lost: [] };
  const subnet = must(parseSubnetId("subnet-00000001"));
  const STEP = { kind: "createEni", unit: "prefix", count: 1, avoidSubnets: [] } as const;
  const refused = (reason: "noFreeBlock" | "throttled"): Outcome => {
    return { kind: "failed", reason, code: "", subnetId: subnet };
  };
  const made: Extract<Outcome, { kind: "created" }> = {
    kind: "created",
    eni: {
      id: must(parseEniId("eni-00000009")),
      deviceIndex: 1,
      role: "secondary",
      service: "pods",
      subnetId: subnet,
      primaryAddress: must(parseIpv4("10.0.1.9")),
      blocks: [],
    },
  };

  test.each<{ what: string; step?: WorkStep; outcomes: Outcome[]; blocks: number | undefined }>([
    { what: "has refused one", outcomes: [refused("noFreeBlock")], blocks: 0 },
    {
      what: "has refused several",
      step: { ...STEP, count: 2 },
      outcomes: [refused("noFreeBlock")],
      blocks: undefined,
    },
    { what: "was not asked", outcomes: [refused("throttled")], blocks: undefined },
    { what: "gives some again", outcomes: [refused("noFreeBlock"), made], blocks: undefined },
  ])("free blocks where EC2 $what: $blocks", ({ step = STEP, outcomes, blocks }) => {
    const telemetry = new Telemetry({ time: systemTime, log: SILENT });
    for (const outcome of outcomes) telemetry.noteStep(step, outcome, MADE);
    const series = seriesIn(telemetry.render());
    expect(series.get(`berth_subnet_free_blocks{subnet="${subnet}"}`)).toBe(blocks);
  });

  test("a block that an ENI of the pool gets says that its subnet has some", () => {
    const telemetry = new Telemetry({ time: systemTime, log: SILENT });
    const pool = new Pool(poolSettings({ maxEnis: 3, slotsPerEni: 9, maxPods: 29 }));
    pool.observe([made.eni], systemTime.nowMs());
    telemetry.noteInitialised(pool);
    telemetry.noteStep(STEP, refused("noFreeBlock"), MADE);
    const eniId = must(parseEniId("eni-00000009"));
    const assign = { kind: "assignBlocks", eniId, unit: "prefix", count: 1 } as const;
    telemetry.noteStep(assign, { kind: "assigned", blocks: [] }, MADE);
    expect(telemetry.render()).not.toContain("berth_subnet_free_blocks{");
  });

  test("where ENIs can be made, and why not elsewhere", () => {
    const telemetry = new Telemetry({ time: systemTime, log: SILENT });
    const zone = "us-west-2a";
    const other = must(parseSubnetId("subnet-00000002"));
    telemetry.watchChoices(() => [
      { subnet, zone, freeAddresses: 5, unused: undefined },
      { subnet: other, zone, freeAddresses: 5, unused: "notTagged" },
    ]);
    const series = seriesIn(telemetry.render());
    const key = (id: string, reason: string): string =>
      `berth_subnet_usable{subnet="${id}",zone="${zone}",reason="${reason}"}`;
    expect(series.get(key(subnet, ""))).toBe(1);
    expect(series.get(key(other, "notTagged"))).toBe(0);
  });
});

describe("introspection", () => {
  test("has the VPC CNI's paths and shapes, and lists them for whoever asks for another", async () => {
    const { agent, ask } = await start(new TinyWorld());
    await agent.call("ADD", "web-0");
    const enis: unknown = JSON.parse((await ask("/v1/enis")).body);
    expect(enis).toMatchObject({
      "0": {
        AssignedIPs: 1,
        ENIs: {
          "eni-00000001": {
            ID: "eni-00000001",
            IsPrimary: true,
            DeviceNumber: 0,
            AvailableIPv4Cidrs: {
              "10.0.1.20/32": {
                Cidr: { IP: "10.0.1.20", Mask: "/////w==" },
                IPAddresses: {
                  "10.0.1.20": {
                    IPAMKey: { networkName: "aws-cni", containerID: "", ifName: "" },
                    IPAMMetadata: {
                      k8sPodNamespace: "default",
                      k8sPodName: "web-0",
                      interfacesCount: 1,
                    },
                    UnassignedTime: "0001-01-01T00:00:00Z",
                  },
                },
                IsPrefix: false,
                AddressFamily: "",
              },
            },
            RouteTableID: 254,
            SubnetID: "subnet-00000001",
          },
        },
      },
    });
    expect(JSON.parse((await ask("/v1/networkutils-env-settings")).body)).toEqual({
      AWS_VPC_K8S_CNI_CONNMARK: 128,
      AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: null,
      AWS_VPC_K8S_CNI_EXTERNALSNAT: false,
      AWS_EXTERNAL_SERVICE_CIDRS: [],
      AWS_VPC_ENI_MTU: 9001,
      AWS_VPC_K8S_CNI_VETHPREFIX: "eni",
      AWS_VPC_CNI_NODE_PORT_SUPPORT: true,
      AWS_VPC_K8S_CNI_RANDOMIZESNAT: 2,
    });
    expect(JSON.parse((await ask("/v1/ipamd-env-settings")).body)).toMatchObject({
      WARM_IP_TARGET: 2,
      WARM_ENI_TARGET: 1,
    });
    expect((await ask("/v1/eni-configs")).status).toBe(404);
    const { AvailableCommands } = JSON.parse((await ask("/")).body) as {
      AvailableCommands: string[];
    };
    expect(AvailableCommands).toContain("/v1/enis");
    expect((await ask("/v1/pods")).body).toBe((await ask("/")).body);
  });

  test("a port that is taken does not keep pods waiting", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const env = { DISABLE_METRICS: "false", BERTH_METRICS_BIND_ADDRESS: `127.0.0.1:${port}` };
    const agent = await startTinyAgent(new TinyWorld(), { env });
    agents.push(agent);
    expect((await agent.call("ADD", "web-0")).status).toBe(0);
    await expect
      .poll(() => agent.lines.some((line) => line.includes("metrics can't be served")))
      .toBe(true);
    other.close();
    await expect
      .poll(() => askOnce(port, "/metrics").catch(() => undefined), { timeout: 8000 })
      .toMatchObject({ status: 200 });
  });
});
