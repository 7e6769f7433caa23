import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { EC2Client } from "@aws-sdk/client-ec2";
import { newRandom } from "../../base/index.ts";
import type { InstanceId, SecurityGroupId, SubnetId, VpcId } from "../../facts/index.ts";
import { parseCidrLoose } from "../../net/index.ts";
import { INSTANT_TIMING, Region, type Timing, regionSettings } from "../../vpc/index.ts";
import { createEc2Api, type Ec2Api, type Ec2ApiOptions } from "./ec2-api.ts";
import { need } from "./outcome.ts";

/** A region with one VPC, 10.0.0.0/16; subnets 10.0.1.0/24 in zone a and 10.0.2.0/24 in zone b; an m5.large in a. */
export interface TestWorld {
  readonly region: Region;
  readonly vpcId: VpcId;
  readonly groupId: SecurityGroupId;
  readonly subnetA: SubnetId;
  readonly subnetB: SubnetId;
  readonly instanceId: InstanceId;
}

/** A clock that stands still until it is set or slept on. */
export class TestClock {
  #nowMs = Date.parse("2026-01-02T03:04:05Z");

  nowMs(): number {
    return this.#nowMs;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  sleep(ms: number): Promise<void> {
    this.pass(ms);
    return Promise.resolve();
  }
}

/** Makes the world. */
export function newTestWorld(clock: TestClock, timing: Timing = INSTANT_TIMING): TestWorld {
  const zones = ["a", "b", "c"].map((letter, index) => ({
    name: `us-west-2${letter}`,
    id: `usw2-az${index + 1}`,
  }));
  const settings = regionSettings({ name: "us-west-2", zones, timing });
  const region = new Region(settings, { random: newRandom(7), nowMs: clock.nowMs() });
  const settle = (): void => {
    clock.pass(60_000);
    region.advance(clock.nowMs());
  };
  const vpc = need(region.vpcs.create({ cidr: block("10.0.0.0/16"), tags: named("lab") }));
  settle();
  const subnetIn = (text: string, zone: string): SubnetId => {
    const cidr = block(text);
    return need(region.subnets.create({ vpcId: vpc.id, cidr, zone, tags: named(zone) })).id;
  };
  const subnetA = subnetIn("10.0.1.0/24", "us-west-2a");
  const subnetB = subnetIn("10.0.2.0/24", "us-west-2b");
  settle();
  const { instances } = need(
    region.instances.run({
      instanceType: "m5.large",
      imageId: "ami-0123456789abcdef0",
      enis: [{ deviceIndex: 0, subnetId: subnetA }],
      instanceTags: named("node-1"),
    }),
  );
  settle();
  const instanceId = instances[0]?.id ?? raise("no instance");
  return { region, vpcId: vpc.id, groupId: vpc.defaultGroupId, subnetA, subnetB, instanceId };
}

/** A world behind an API that listens on loopback, and an SDK client for it. */
export interface TestApi extends TestWorld, AsyncDisposable {
  readonly api: Ec2Api;
  readonly clock: TestClock;
  readonly url: string;
  readonly client: EC2Client;
}

/** Starts it. Throttling is off unless asked for. */
export async function startTestApi(
  options: Partial<Ec2ApiOptions> & { readonly timing?: Timing } = {},
): Promise<TestApi> {
  const clock = new TestClock();
  const world = newTestWorld(clock, options.timing);
  const { region } = world;
  const api = createEc2Api({ region, clock, random: newRandom(1), throttle: "off", ...options });
  await api.app.ready();
  const server = createServer(api.requestListener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "AKIALAB", secretAccessKey: "lab" };
  const client = new EC2Client({ endpoint: url, region: "us-west-2", credentials });
  return {
    ...world,
    api,
    clock,
    url,
    client,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.app.close();
    },
  };
}

/** What an API says no with. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Sends a form, and reads the error document that comes back; all empty when there is none. */
export async function refusalOf(url: string, form: string): Promise<Refusal> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  const body = await response.text();
  const part = (name: string): string =>
    new RegExp(`<${name}>(.*)</${name}>`).exec(body)?.[1] ?? "";
  const message = part("Message").replaceAll("&apos;", "'");
  return { status: response.status, code: part("Code"), message };
}

function block(text: string): NonNullable<ReturnType<typeof parseCidrLoose>> {
  return parseCidrLoose(text) ?? raise(text);
}

function named(name: string): ReadonlyMap<string, string> {
  return new Map([["Name", name]]);
}

function raise(message: string): never {
  throw new Error(message);
}
