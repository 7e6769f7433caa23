import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const NAME = "e2e-cmd";

const FILE = labFile({
  name: NAME,
  subnets: { a: "10.0.1.0/24" },
  nodes: [{ name: "node-a", type: "t3.medium", subnet: "a" }],
  workloads: [{ name: "web", replicas: 2 }],
});

/** What a lab makes outside of its own directory. */
function traces(): string[] {
  const lines = (command: string, args: string[]): string[] =>
    execFileSync(command, args, { encoding: "utf8" }).split("\n");
  return [
    ...lines("ip", ["netns", "list"]).filter((line) => line.includes(NAME)),
    ...lines("ps", ["-eo", "args"]).filter((line) => line.includes(`/${NAME}/`)),
    ...readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(NAME)),
    ...["/sys/fs/cgroup/berth", "/sys/fs/cgroup/unified/berth", "/sys/fs/cgroup/pids/berth"]
      .map((path) => `${path}/${NAME}`)
      .filter((path) => existsSync(path)),
  ];
}

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}the lab's commands`, () => {
  let lab: Lab;

  afterEach(async () => {
    await lab.down();
  });

  test("status tells in text and JSON what runs; down leaves nothing behind", async () => {
    const before = machineState();
    lab = await Lab.up(FILE);
    const { state, nodes, pods, endpoints } = await lab.allRunning(2);
    expect(state).toBe("running");
    expect(nodes.map(({ name, instanceType, zone }) => ({ name, instanceType, zone }))).toEqual([
      { name: "node-a", instanceType: "t3.medium", zone: "us-east-1a" },
    ]);
    const text = await lab.berth(["lab", "status"]);
    for (const word of [nodes[0]?.instanceId, pods[0]?.name, pods[1]?.address, endpoints.ec2])
      expect(text).toContain(word);
    expect(machineState()).toEqual(before);
    expect(traces()).not.toEqual([]);
    await lab.berth(["lab", "down"]);
    expect(traces()).toEqual([]);
    expect(existsSync(`${lab.stateRoot}/${NAME}`)).toBe(false);
    expect(machineState()).toEqual(before);
  });

  test("a lab whose process was killed is replaced by the next `lab up`, and `lab down` removes it", async () => {
    lab = await Lab.up(FILE);
    process.kill((await lab.status()).pid, "SIGKILL");
    await lab.start(FILE);
    process.kill((await lab.status()).pid, "SIGKILL");
    await lab.berth(["lab", "down"]);
    expect(traces()).toEqual([]);
  });

  test("a second `lab up` of the same name is refused, and the first goes on", async () => {
    lab = await Lab.up(FILE);
    const second = await lab.tryBerth(["lab", "up", "--detach", "--file", lab.file(FILE)]);
    expect(second.status).not.toBe(0);
    expect(second.stderr).toContain("berth lab down");
    expect((await lab.status()).state).toBe("running");
  });

  test("`lab env` lets the stock AWS CLI reach the lab", async () => {
    lab = await Lab.up(FILE);
    const answer = await lab.aws("ec2 describe-vpcs");
    expect(answer).toMatchObject({ Vpcs: [{ CidrBlock: "10.0.0.0/16" }] });
  });

  test("a wrong lab file is refused with line, reason and remedy, and nothing is started", async () => {
    lab = Lab.prepare();
    const path = lab.file(FILE.replace('"t3.medium"', '"t3.medum"'));
    const { status, stderr } = await lab.tryBerth(["lab", "up", "--detach", "--file", path]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/lab\.yaml:[0-9]+:[0-9]+/);
    expect(stderr).toContain("t3.medium");
    expect(traces()).toEqual([]);
  });

  test.each([
    { args: ["lab", "scale", "nothing", "3"], names: "nothing" },
    { args: ["lab", "scale", "web", "many"], names: "many" },
    { args: ["lab", "exec", "nobody", "--", "true"], names: "nobody" },
  ])("`berth $args` is refused with what is wrong", async ({ args, names }) => {
    lab = await Lab.up(FILE);
    const { status, stderr } = await lab.tryBerth(args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(names);
  });
});

/** The machine's own links, addresses, routes, rules and firewall: a lab may not touch them. */
function machineState(): string {
  return [
    ["ip", "-j", "link", "show"],
    ["ip", "-j", "address", "show"],
    ["ip", "route", "show", "table", "all"],
    ["ip", "rule"],
    ["nft", "list", "ruleset"],
  ]
    .map(([command, ...args]) => execFileSync(String(command), args, { encoding: "utf8" }))
    .join("\n")
    .replaceAll(/expires \w+|valid_life_time":\d+|preferred_life_time":\d+/g, "");
}
