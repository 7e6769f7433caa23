import { describe, expect, test } from "vitest";
import { eniRouteTable } from "../../dataplane/index.ts";
import { systemTime } from "../../time/index.ts";
import type { AddressStore, StoredAddress } from "./address-store.ts";
import { addNetwork, CallRefused, delNetwork } from "./stock-service.ts";
import type { StockServiceParts } from "./stock-service.ts";

const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A network card with these addresses. */
function card(
  networkCard: number,
  ...free: { address: string; device: number; family?: 4 | 6 }[]
): AddressStore {
  const held = new Map<string, StoredAddress>();
  return {
    assign: async ({ key }) => {
      const known = held.get(key);
      if (known !== undefined) return known;
      const next = free.shift();
      if (next === undefined) return "noAddress";
      const { address, device, family = 4 } = next;
      const stored = {
        family,
        address,
        deviceNumber: device,
        routeTable: eniRouteTable({ networkCard, deviceIndex: device }),
      };
      held.set(key, stored);
      return stored;
    },
    release: async (key) => {
      const stored = held.get(key);
      held.delete(key);
      return stored ?? "unknownPod";
    },
  };
}

function parts(given: Partial<StockServiceParts>): StockServiceParts {
  return {
    stores: [card(0)],
    family: 4,
    multiNic: "off",
    clientVersion: undefined,
    vpcCidrs: async () => ["10.0.0.0/16", "10.1.0.0/16"],
    snatExclusions: undefined,
    networkPolicyMode: "",
    annotate: undefined,
    noteCall: () => undefined,
    log,
    time: systemTime,
    ...given,
  };
}

function request(
  given: Partial<Parameters<typeof addNetwork>[1]> = {},
): Parameters<typeof addNetwork>[1] {
  return {
    K8S_POD_NAME: "web-0",
    K8S_POD_NAMESPACE: "default",
    IfName: "eth0",
    NetworkName: "aws-cni",
    ContainerID: "5a1f",
    ClientVersion: "v1.23.1",
    RequiresMultiNICAttachment: false,
    ...given,
  };
}

const one = (): AddressStore => card(0, { address: "192.168.1.100", device: 0 });

describe("AddNetwork", () => {
  test.each([
    {
      name: "on the primary ENI, translation left to others: the VPC's blocks alone",
      given: parts({ stores: [one()] }),
      reply: {
        Success: true,
        IPAllocationMetadata: [
          { IPv4Addr: "192.168.1.100", IPv6Addr: "", DeviceNumber: 0, RouteTableId: 254 },
        ],
        UseExternalSNAT: true,
        VPCv4CIDRs: ["10.0.0.0/16", "10.1.0.0/16"],
        NetworkPolicyMode: "",
      },
    },
    {
      name: "the node translates: exclusions follow the VPC's blocks",
      given: parts({ stores: [one()], snatExclusions: ["10.12.0.0/16", "10.13.0.0/16"] }),
      reply: {
        UseExternalSNAT: false,
        VPCv4CIDRs: ["10.0.0.0/16", "10.1.0.0/16", "10.12.0.0/16", "10.13.0.0/16"],
      },
    },
    {
      name: "no address: no success, and no error of gRPC",
      given: parts({}),
      reply: { Success: false },
    },
    {
      name: "the first card is empty: the second one's",
      given: parts({ stores: [card(0), card(1, { address: "192.168.1.100", device: 0 })] }),
      reply: { Success: true, IPAllocationMetadata: [{ RouteTableId: 10_100 }] },
    },
    {
      name: "every card wanted, the first empty",
      given: parts({
        multiNic: "on",
        stores: [card(0), card(1, { address: "192.168.1.100", device: 1 })],
      }),
      everyCard: true,
      reply: { Success: false },
    },
    {
      name: "every card wanted, all have one",
      given: parts({
        multiNic: "on",
        stores: [one(), card(1, { address: "192.168.2.100", device: 1 })],
      }),
      everyCard: true,
      reply: {
        Success: true,
        IPAllocationMetadata: [{ RouteTableId: 254 }, { DeviceNumber: 1, RouteTableId: 10_101 }],
      },
    },
    {
      name: "every card wanted, but not set",
      given: parts({ stores: [one()] }),
      everyCard: true,
      reply: { Success: false },
    },
    {
      name: "an IPv6 cluster",
      given: parts({
        family: 6,
        vpcCidrs: async () => ["2001:db8::/56"],
        stores: [card(0, { address: "2001:db8::", device: 0, family: 6 })],
      }),
      reply: {
        Success: true,
        IPAllocationMetadata: [{ IPv4Addr: "", IPv6Addr: "2001:db8::", RouteTableId: 254 }],
        VPCv6CIDRs: ["2001:db8::/56"],
      },
    },
    {
      name: "an IPv6 cluster without a prefix",
      given: parts({ family: 6 }),
      reply: { Success: false },
    },
  ])("$name", async ({ given, everyCard = false, reply }) => {
    const answer = await addNetwork(given, request({ RequiresMultiNICAttachment: everyCard }));
    expect(answer).toMatchObject(reply);
    if (reply.Success === false) expect(answer).toEqual({ Success: false });
  });

  test("the same container again gets the same address", async () => {
    const given = parts({ stores: [one()] });
    expect(await addNetwork(given, request())).toEqual(await addNetwork(given, request()));
  });

  test.each(["ContainerID", "IfName", "NetworkName"] as const)(
    "without %s there is no success",
    async (field) => {
      const answer = await addNetwork(parts({ stores: [one()] }), request({ [field]: "" }));
      expect(answer).toEqual({ Success: false });
    },
  );

  test("another version than the one asked for is refused in the VPC CNI's words", async () => {
    const refused = addNetwork(
      parts({ clientVersion: "v1.23.1" }),
      request({ ClientVersion: "v1.20.0" }),
    );
    await expect(refused).rejects.toThrow('wrong client version "v1.20.0" (!= "v1.23.1")');
    await expect(refused).rejects.toMatchObject({ status: "failedPrecondition" });
  });

  test("instance metadata that fails is an error of gRPC", async () => {
    const given = parts({
      stores: [one()],
      vpcCidrs: async () => Promise.reject(new Error("no metadata")),
    });
    await expect(addNetwork(given, request())).rejects.toBeInstanceOf(CallRefused);
  });

  test("an annotation that can't be written is no success", async () => {
    const annotate = {
      set: async () => Promise.reject(new Error("forbidden")),
      clear: async () => undefined,
    };
    expect(await addNetwork(parts({ stores: [one()], annotate }), request())).toEqual({
      Success: false,
    });
  });
});

describe("DelNetwork", () => {
  const del = { ...request(), Reason: "PodDeleted" };

  test("gives back what was assigned; a second one is of an unknown pod, in the words that the plugin looks for", async () => {
    const given = parts({ stores: [card(0), one()] });
    await addNetwork(given, request());
    expect(await delNetwork(given, del)).toMatchObject({
      Success: true,
      IPAllocationMetadata: [{ IPv4Addr: "192.168.1.100" }],
    });
    await expect(delNetwork(given, del)).rejects.toThrow(
      "1 error occurred:\n\t* datastore: unknown pod\n\n",
    );
  });

  test("a pod with an address of each card gives back all", async () => {
    const given = parts({
      multiNic: "on",
      stores: [one(), card(1, { address: "192.168.2.100", device: 1 })],
    });
    await addNetwork(given, request({ RequiresMultiNICAttachment: true }));
    expect((await delNetwork(given, del)).IPAllocationMetadata).toHaveLength(2);
  });

  test("calls are counted, a DEL by its reason", async () => {
    const events: unknown[] = [];
    const given = parts({
      noteCall: ({ command, result, reason }) => events.push({ command, result, reason }),
    });
    await addNetwork(given, request());
    await delNetwork(given, { ...del, Reason: "SetupNSFailed" }).catch(() => undefined);
    expect(events).toEqual([
      { command: "ADD", result: "failed", reason: undefined },
      { command: "DEL", result: "failed", reason: "SetupNSFailed" },
    ]);
  });
});
