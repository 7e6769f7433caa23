import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { credentials, loadPackageDefinition, status } from "@grpc/grpc-js";
import type { Client, ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newDirectory, removeDirectory, startTinyAgent } from "../tiny-agent.ts";
import type { TinyAgent } from "../tiny-agent.ts";
import { TinyWorld } from "../tiny-world.ts";

type Method = (request: object, done: (error: ServiceError | null, reply: unknown) => void) => void;

/** The plugin's side: any client of gRPC, from the same field numbers. */
class Plugin {
  readonly #clients: Record<string, Client & Record<string, Method>>;

  constructor(path: string) {
    const files = ["rpc.proto", "health.proto"].map((name) =>
      fileURLToPath(new URL(name, import.meta.url)),
    );
    const definition = loadSync(files, { keepCase: true, defaults: true, enums: String });
    const loaded = loadPackageDefinition(definition) as unknown as Record<string, never>;
    const open = (service: new (...given: unknown[]) => Client): Client =>
      new service(`unix:${path}`, credentials.createInsecure());
    const { rpc, grpc } = loaded as unknown as {
      rpc: Record<string, new () => Client>;
      grpc: { health: { v1: Record<string, new () => Client> } };
    };
    const services = { ...rpc, ...grpc.health.v1 };
    this.#clients = Object.fromEntries(
      ["CNIBackend", "ConfigServerBackend", "Health"].map((name) => [
        name,
        open(services[name] as never),
      ]),
    ) as never;
  }

  call(service: string, method: string, request: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const client = this.#clients[service];
      client?.[method]?.call(client, request, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      );
    });
  }

  /** The first word of a stream that goes on. */
  async watchHealth(): Promise<unknown> {
    const client = this.#clients["Health"] as unknown as {
      Watch(request: object): Readable;
    };
    const [first] = (await once(client.Watch({ service: "" }), "data")) as [unknown];
    return first;
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.close();
  }
}

const POD = {
  K8S_POD_NAME: "web-0",
  K8S_POD_NAMESPACE: "default",
  IfName: "eth0",
  NetworkName: "aws-cni",
  ContainerID: "5a1f",
  ClientVersion: "v1.23.1",
};

describe("the VPC CNI's socket", () => {
  const directory = newDirectory();
  const path = join(directory, "aws-node", "ipamd.sock");
  let agent: TinyAgent;
  let plugin: Plugin;

  beforeAll(async () => {
    agent = await startTinyAgent(new TinyWorld(), {
      directory,
      env: {
        BERTH_STOCK_SOCKET: path,
        BERTH_STOCK_CLIENT_VERSION: "v1.23.1",
        IP_COOLDOWN_PERIOD: "0",
        AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: "10.12.0.0/16",
      },
    });
    plugin = new Plugin(path);
  });

  afterAll(async () => {
    plugin.close();
    await agent.stop();
    removeDirectory(directory);
  });

  test("is for root and its group", () => {
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  test("AddNetwork answers every field, twice the same; DelNetwork gives the address back", async () => {
    const reply = await plugin.call("CNIBackend", "AddNetwork", POD);
    expect(reply).toEqual({
      Success: true,
      IPAllocationMetadata: [
        { IPv4Addr: "10.0.1.20", IPv6Addr: "", DeviceNumber: 0, RouteTableId: 254 },
      ],
      UseExternalSNAT: false,
      VPCv4CIDRs: ["10.0.0.0/16", "10.12.0.0/16"],
      PodVlanId: 0,
      PodENIMAC: "",
      PodENISubnetGW: "",
      ParentIfIndex: 0,
      VPCv6CIDRs: [],
      NetworkPolicyMode: "",
    });
    expect(await plugin.call("CNIBackend", "AddNetwork", POD)).toEqual(reply);
    expect(
      await plugin.call("CNIBackend", "DelNetwork", { ...POD, Reason: "PodDeleted" }),
    ).toMatchObject({
      Success: true,
      IPAllocationMetadata: [{ IPv4Addr: "10.0.1.20" }],
    });
  });

  test("a pod that came by the VPC CNI's plugin leaves by Berth's, and the other way round", async () => {
    await plugin.call("CNIBackend", "AddNetwork", { ...POD, ContainerID: "c-mixed" });
    await agent.call("DEL", "mixed");
    const unknown = plugin.call("CNIBackend", "DelNetwork", { ...POD, ContainerID: "c-mixed" });
    await expect(unknown).rejects.toMatchObject({
      code: status.UNKNOWN,
      details: "1 error occurred:\n\t* datastore: unknown pod\n\n",
    });
    await agent.call("ADD", "other");
    expect(
      await plugin.call("CNIBackend", "DelNetwork", { ...POD, ContainerID: "c-other" }),
    ).toMatchObject({
      Success: true,
    });
  });

  test("another version of the plugin is refused", async () => {
    const refused = plugin.call("CNIBackend", "AddNetwork", { ...POD, ClientVersion: "v1.19.0" });
    await expect(refused).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: 'wrong client version "v1.19.0" (!= "v1.23.1")',
    });
  });

  test("says that it is healthy, as a probe asks", async () => {
    for (const service of ["", "grpc.health.v1.aws-node"])
      expect(await plugin.call("Health", "Check", { service })).toEqual({ status: "SERVING" });
    await expect(plugin.call("Health", "Check", { service: "x" })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  test("tells the policy agent about the node", async () => {
    expect(await plugin.call("ConfigServerBackend", "GetNetworkPolicyConfigs", {})).toEqual({
      NetworkPolicyMode: "",
      MultiNICEnabled: false,
      NodeIPv4: "10.0.1.10",
      NodeIPv6: "",
      InstanceID: "i-00000001",
      Region: "us-west-2",
    });
  });

  test("fifty at once: no address twice, and the node's limit is no success", async () => {
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        plugin.call("CNIBackend", "AddNetwork", { ...POD, ContainerID: `burst-${index}` }),
      ),
    );
    const given = replies.flatMap((reply) => {
      const { IPAllocationMetadata } = reply as { IPAllocationMetadata: { IPv4Addr: string }[] };
      return IPAllocationMetadata.map(({ IPv4Addr }) => IPv4Addr);
    });
    expect(given).toHaveLength(27);
    expect(new Set(given).size).toBe(27);
  });
});

test("a probe that watches does not keep an agent from ending", async () => {
  const directory = newDirectory();
  const path = join(directory, "aws-node", "ipamd.sock");
  const agent = await startTinyAgent(new TinyWorld(), {
    directory,
    env: { BERTH_STOCK_SOCKET: path },
  });
  const plugin = new Plugin(path);
  expect(await plugin.watchHealth()).toEqual({ status: "SERVING" });
  await agent.stop();
  expect(existsSync(path)).toBe(false);
  plugin.close();
  removeDirectory(directory);
});
