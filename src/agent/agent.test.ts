import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { parseCidr, parseIpv4 } from "../net/index.ts";
import { isRecord } from "./json.ts";
import { eventually, newDirectory, removeDirectory, startTinyAgent } from "./tiny-agent.ts";
import type { TinyAgent } from "./tiny-agent.ts";
import { LIMITS, must } from "./tiny-instance.ts";
import { TinyWorld } from "./tiny-world.ts";

const agents: TinyAgent[] = [];

async function start(
  world: TinyWorld,
  given: Parameters<typeof startTinyAgent>[1] = {},
): Promise<TinyAgent> {
  const agent = await startTinyAgent(world, given);
  agents.push(agent);
  return agent;
}

afterEach(async () => {
  for (const agent of agents.splice(0)) {
    await agent.stop();
    removeDirectory(agent.directory);
  }
});

function json(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : {};
}

function addressOf(stdout: string): string {
  const ips = json(stdout)["ips"];
  const first: unknown = Array.isArray(ips) ? ips[0] : undefined;
  return isRecord(first) ? String(first["address"]) : stdout;
}

function pods(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `web-${index}`);
}

function savedPods({ config }: TinyAgent): unknown[] {
  const leases = json(readFileSync(config.checkpointFile, "utf8"))["leases"];
  return Array.isArray(leases)
    ? leases.map((lease: unknown) => (isRecord(lease) ? lease["pod"] : lease))
    : [];
}

describe("a fresh node", () => {
  test("fills the primary ENI, then serves ADD, and says so in a network list", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    expect(world.attachedAddresses).toHaveLength(9);
    expect(readFileSync(join(agent.config.cniConfDir, "10-berth.conflist"), "utf8")).toContain(
      '"berth-cni"',
    );
    const reply = await agent.call("ADD");
    expect(reply.status).toBe(0);
    expect(addressOf(reply.stdout)).toMatch(/^10\.0\.1\.\d+\/32$/);
    expect(world.pods.size).toBe(1);
    expect(savedPods(agent)).toEqual(["web-0"]);
  });

  test("R-NET-2: the first pod brings a second ENI with nine addresses, tagged and set up", async () => {
    const world = new TinyWorld();
    world.metadataLag = 2;
    const agent = await start(world, { env: { CLUSTER_NAME: "lab" } });
    await agent.call("ADD");
    await eventually(() => world.links.size === 1);
    expect(world.attachedAddresses).toHaveLength(18);
    expect(world.enis[1]).toMatchObject({
      description: "aws-K8S-i-00000001",
      attachment: { deviceIndex: 1 },
      tags: {
        "node.k8s.amazonaws.com/instance_id": "i-00000001",
        "cluster.k8s.amazonaws.com/name": "lab",
      },
    });
    expect(world.enis[0]?.tags).toMatchObject({
      "node.k8s.amazonaws.com/instance_id": "i-00000001",
    });
  });

  test("R-WARM-1: ten pods and WARM_IP_TARGET=10 mean twenty addresses", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { env: { WARM_IP_TARGET: "10" } });
    await Promise.all(pods(10).map((pod) => agent.call("ADD", pod)));
    await eventually(() => world.attachedAddresses.length === 20);
  });

  test("answers what the pool holds on the introspection socket", async () => {
    const agent = await start(new TinyWorld());
    await agent.call("ADD");
    const socketPath = must(agent.config.introspectionSocket);
    const body = await new Promise<string>((resolve, reject) => {
      const ask = request({ socketPath, path: "/v1/pool" }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(text));
      });
      ask.on("error", reject).end();
    });
    expect(json(body)).toMatchObject({
      instanceId: "i-00000001",
      assignments: [
        { namespace: "default", name: "web-0", containerId: "c-web-0", ifName: "eth0" },
      ],
    });
  });
});

describe("ADD", () => {
  test("the same container again gets the same address, another one another", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    const first = await agent.call("ADD");
    world.pods.clear(); // the runtime made the namespace anew
    const again = await agent.call("ADD");
    const other = await agent.call("ADD", "web-0", { containerId: "another" });
    expect(addressOf(again.stdout)).toBe(addressOf(first.stdout));
    expect(addressOf(other.stdout)).not.toBe(addressOf(first.stdout));
  });

  test("fifty at once: no address twice, the node's 27 served, the rest told that it is full", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    const replies = await Promise.all(pods(50).map((pod) => agent.call("ADD", pod)));
    const served = replies
      .filter(({ status }) => status === 0)
      .map(({ stdout }) => addressOf(stdout));
    expect(served).toHaveLength(27);
    expect(new Set(served).size).toBe(27);
    const refused = replies.filter(({ status }) => status !== 0).map(({ stdout }) => json(stdout));
    expect(refused[0]).toMatchObject({ code: 11 });
    expect(refused[0]?.["msg"]).toMatch(
      /^failed to assign an IP address to container: node full: 27 of 27 addresses of this m5.large are in use on 3 of 3 ENIs/,
    );
  });

  test("a subnet that runs dry is named, not the node", async () => {
    const world = new TinyWorld();
    world.free = world.free.slice(0, 9);
    const agent = await start(world);
    const replies = await Promise.all(pods(10).map((pod) => agent.call("ADD", pod)));
    const messages = replies
      .filter(({ status }) => status !== 0)
      .map(({ stdout }) => json(stdout)["msg"]);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(
      /subnet subnet-00000001 \(10\.0\.1\.0\/24\) has too few free addresses \(InsufficientFreeAddressesInSubnet\); next attempt in \d+ s/,
    );
  });

  test("waits for an ENI that is being attached", async () => {
    const world = new TinyWorld();
    world.metadataLag = 3;
    const agent = await start(world);
    const replies = await Promise.all(pods(12).map((pod) => agent.call("ADD", pod)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 0));
  });

  test("policy stock fails at once instead", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { env: { BERTH_POLICY: "stock" } });
    const replies = await Promise.all(pods(12).map((pod) => agent.call("ADD", pod)));
    expect(replies.filter(({ status }) => status !== 0)).toHaveLength(3);
  });

  test("wiring that fails gives the address back at once, with the reason", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { env: { MAX_ENI: "1" } });
    world.wiringError = new BerthError("podNotWired", "Cannot connect eth0.", {
      fix: "Try again.",
    });
    const reply = await agent.call("ADD");
    expect(json(reply.stdout)).toMatchObject({
      code: 100,
      msg: "Cannot connect eth0.",
      details: "Try again.",
    });
    expect(savedPods(agent)).toEqual([]);
    const replies = await Promise.all(pods(9).map((pod) => agent.call("ADD", pod)));
    expect(replies.every(({ status }) => status === 0)).toBe(true);
  });

  test("a bug in the wiring is answered and logged, and the agent goes on", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    world.wiringError = new Error("a bug");
    expect(json((await agent.call("ADD")).stdout)).toMatchObject({ code: 11 });
    expect(agent.lines.join("\n")).toContain("a bug");
    expect((await agent.call("ADD", "web-1")).status).toBe(0);
  });

  test("an unwritable checkpoint fails the ADD and keeps the address", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    // A directory of the file's name is something that no file can replace.
    const { checkpointFile } = agent.config;
    rmSync(checkpointFile);
    mkdirSync(join(checkpointFile, "taken"), { recursive: true });
    const reply = await agent.call("ADD");
    expect(json(reply.stdout)).toMatchObject({ code: 11 });
    expect(json(reply.stdout)["msg"]).toMatch(/^Cannot write the checkpoint/);
    expect(world.pods.size).toBe(0);
    rmSync(checkpointFile, { recursive: true });
    expect((await agent.call("ADD")).status).toBe(0);
  });
});

describe("DEL, CHECK, STATUS, GC and VERSION", () => {
  test("DEL releases; the address cools before another pod gets it (R-IP-2)", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { env: { MAX_ENI: "1", BERTH_ADD_WAIT_SECONDS: "0" } });
    await Promise.all(pods(9).map((pod) => agent.call("ADD", pod)));
    expect((await agent.call("DEL")).status).toBe(0);
    expect(world.pods.size).toBe(8);
    const refused = await agent.call("ADD", "new");
    expect(json(refused.stdout)["msg"]).toMatch(
      /1 freed addresses are cooling; the first is free again in 30 s/,
    );
  });

  test("a short cooldown is waited for", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { env: { MAX_ENI: "1", IP_COOLDOWN_PERIOD: "1" } });
    await Promise.all(pods(9).map((pod) => agent.call("ADD", pod)));
    await agent.call("DEL");
    expect((await agent.call("ADD", "new")).status).toBe(0);
  });

  test("DEL twice, and of a container that never was, succeeds", async () => {
    const agent = await start(new TinyWorld());
    await agent.call("ADD");
    const replies = [
      await agent.call("DEL"),
      await agent.call("DEL"),
      await agent.call("DEL", "nobody"),
    ];
    expect(replies).toEqual(Array.from({ length: 3 }, () => ({ status: 0, stdout: "" })));
  });

  test("DEL of an unknown container removes what its previous result names, unless that has a new owner", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    const added = await agent.call("ADD");
    const config = { prevResult: json(added.stdout) };
    await agent.call("DEL", "web-0", { containerId: "unknown", config });
    expect(world.pods.size).toBe(1);
    await agent.call("DEL");
    expect(world.pods.size).toBe(0);
    await agent.call("DEL", "web-0", { containerId: "unknown", config });
  });

  test("CHECK compares lease, previous result and kernel", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    const added = await agent.call("ADD");
    const config = { prevResult: json(added.stdout) };
    expect(await agent.call("CHECK", "web-0", { config })).toEqual({ status: 0, stdout: "" });
    world.pods.clear();
    expect(json((await agent.call("CHECK", "web-0", { config })).stdout)).toMatchObject({
      code: 100,
    });
    expect(json((await agent.call("CHECK", "other", { config })).stdout)).toMatchObject({
      code: 3,
    });
  });

  test("GC releases what the runtime does not know any more", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    await Promise.all(pods(5).map((pod) => agent.call("ADD", pod)));
    const config = { "cni.dev/valid-attachments": [{ containerID: "c-web-3", ifname: "eth0" }] };
    expect(await agent.call("GC", "", { config })).toEqual({ status: 0, stdout: "" });
    expect(savedPods(agent)).toEqual(["web-3"]);
    expect(world.pods.size).toBe(1);
  });

  test("STATUS is ready, VERSION lists what is spoken, nonsense is refused", async () => {
    const agent = await start(new TinyWorld());
    expect(await agent.call("STATUS")).toEqual({ status: 0, stdout: "" });
    expect(json((await agent.call("VERSION")).stdout)["supportedVersions"]).toContain("1.1.0");
    expect(json((await agent.call("ADD", "a=b;c=d=e")).stdout)).toMatchObject({ code: 4 });
  });
});

describe("a successor", () => {
  test("keeps every lease of pods that run, and frees those of pods that ended meanwhile", async () => {
    const world = new TinyWorld();
    const first = await start(world);
    const replies = await Promise.all(pods(12).map((pod) => first.call("ADD", pod)));
    await first.stop();
    const gone = must([...world.pods.keys()][0]);
    world.pods.delete(gone);
    const second = await start(world, { directory: first.directory });
    expect(savedPods(second)).toHaveLength(11);
    const other = await second.call("ADD", "new");
    const addresses = [...replies, other].map(({ stdout }) => addressOf(stdout));
    expect(new Set(addresses).size).toBe(13);
    expect((await second.call("DEL", "web-5")).status).toBe(0);
  });

  test("adopts an ENI that was attached but not ready, and deletes one that was not attached", async () => {
    const world = new TinyWorld();
    const tags = { "node.k8s.amazonaws.com/instance_id": "i-00000001" };
    const made = {
      subnet: must(world.enis[0]).subnet,
      securityGroups: [],
      description: "aws-K8S-i-00000001",
      tags,
    };
    const attachedEni = await world.ec2.createEni({ ...made, unit: "address", count: 9 });
    await world.ec2.attachEni({
      eni: attachedEni,
      instance: must(world.enis[0]?.attachment?.instance),
      deviceIndex: 1,
    });
    await world.ec2.createEni({ ...made, unit: "address", count: 9 });
    await start(world);
    expect(world.links.size).toBe(1);
    expect(world.enis.map(({ attachment }) => attachment?.deviceIndex)).toEqual([0, 1]);
  });

  test("does not start beside an agent that runs, nor on a checkpoint that it can't read", async () => {
    const world = new TinyWorld();
    const first = await start(world);
    const calls = [...world.calls];
    const written = statSync(first.config.checkpointFile).ino;
    await expect(startTinyAgent(world, { directory: first.directory })).rejects.toMatchObject({
      code: "agentRunning",
    });
    expect(world.calls, "it has asked EC2 for nothing").toEqual(calls);
    expect(world.hostSetUps).toBe(1);
    expect(statSync(first.config.checkpointFile).ino, "the checkpoint is the first's").toBe(
      written,
    );
    const directory = newDirectory();
    writeFileSync(join(directory, "checkpoint.json"), "{");
    await expect(startTinyAgent(world, { directory })).rejects.toMatchObject({
      code: "checkpointUnreadable",
    });
    removeDirectory(directory);
  });

  test("removes a socket that a killed agent left", async () => {
    const directory = newDirectory();
    writeFileSync(join(directory, "cni.sock"), "");
    const agent = await start(new TinyWorld(), { directory });
    expect((await agent.call("STATUS")).status).toBe(0);
  });
});

describe("EC2 refuses", () => {
  test("an ENI that can't be attached is deleted again", async () => {
    const world = new TinyWorld();
    world.refuse("attachEni", "AttachmentLimitExceeded");
    const agent = await start(world);
    await agent.call("ADD");
    await eventually(() => world.calls.includes("deleteEni"));
    expect(world.enis).toHaveLength(1);
    expect(agent.lines.join("\n")).toContain("attachmentLimit");
  });

  test("an ENI that would outlive the instance is detached and deleted", async () => {
    const world = new TinyWorld();
    world.refuse("deleteWithInstance", "InternalError");
    const agent = await start(world);
    await agent.call("ADD");
    await eventually(() => world.calls.includes("deleteEni"));
    expect(world.calls.slice(world.calls.indexOf("deleteWithInstance"))).toEqual(
      expect.arrayContaining(["detachEni", "deleteEni"]),
    );
  });

  test("throttled at the start: the node serves what it has, then says so", async () => {
    const world = new TinyWorld();
    for (let count = 0; count < 4; count++) world.refuse("assign", "RequestLimitExceeded");
    const agent = await start(world, { env: { MAX_ENI: "1" } });
    const reply = await agent.call("ADD");
    expect(json(reply.stdout)["msg"]).toMatch(
      /EC2 throttles this account's requests \(RequestLimitExceeded\)/,
    );
  });
});

describe("the world changes", () => {
  test("an ENI that nobody needs any more is detached and deleted, and its rules go", async () => {
    const world = new TinyWorld();
    const env = { WARM_IP_TARGET: "1", IP_COOLDOWN_PERIOD: "0" };
    const agent = await start(world, { env });
    await Promise.all(pods(10).map((pod) => agent.call("ADD", pod)));
    await eventually(() => world.links.size === 1);
    expect(LIMITS.enis).toBe(3);
    expect(world.attachedAddresses).toHaveLength(11);
  });

  test("the rules of a pod whose address EC2 took away go, so that none lead its next owner astray", async () => {
    const world = new TinyWorld();
    const primary = must(world.enis[0]);
    // It has them when the agent comes: what EC2 has just given is not missed for half a minute.
    primary.secondaryIpv4s = ["10.0.1.91", "10.0.1.92"].map((text) => must(parseIpv4(text)));
    const agent = await start(world, { env: { WARM_IP_TARGET: "1" } });
    await agent.call("ADD");
    const [taken, ...others] = primary.secondaryIpv4s;
    primary.secondaryIpv4s = others;
    // A failed assignment makes the pool ask EC2 what the ENI has.
    world.refuse("assign", "InternalError");
    await agent.call("ADD", "web-1");
    await eventually(() => agent.lines.some((line) => line.includes("is gone from the node")));
    expect([...world.pods.keys()]).toEqual(others.slice(0, 1));
    expect(taken).not.toBe(others[0]);
  });

  test("the network list and running pods stay when the agent stops", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { env: { AWS_VPC_K8S_CNI_VETHPREFIX: "vpc" } });
    await agent.call("ADD");
    world.vpcCidrs = [must(parseCidr("10.0.0.0/16")), must(parseCidr("100.64.0.0/16"))];
    await agent.stop();
    expect(existsSync(join(agent.config.cniConfDir, "10-berth.conflist"))).toBe(true);
    expect(world.pods.size).toBe(1);
    await expect(agent.call("STATUS")).rejects.toThrow();
  });
});
