import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIp, parseIpv6, toIpv4 } from "../../net/index.ts";
import { must } from "../tiny-instance.ts";
import { parseStockCheckpoint, renderAllocation, renderStockCheckpoint } from "./ipam-json.ts";
import type { StockLease } from "./ipam-json.ts";

const EXAMPLE = `{
  "version": "vpc-cni-ipam/1",
  "allocations": [
    {
      "networkName": "aws-cni",
      "containerID": "5a1f",
      "ifName": "eth0",
      "ipv4": "10.0.1.17",
      "allocationTimestamp": 1755000000123456789,
      "metadata": { "k8sPodNamespace": "default", "k8sPodName": "web-0", "interfacesCount": 1 }
    }
  ]
}`;

function leasesOf(text: string): readonly StockLease[] {
  const read = parseStockCheckpoint(text);
  if (!read.ok) throw new Error(read.why);
  return read.leases;
}

/** With the time stamps that were read. */
function rewrite(leases: readonly StockLease[]): string {
  const stamps = new Map(leases.map(({ key, timestampNs }) => [key, timestampNs]));
  return renderStockCheckpoint(leases, (lease) => renderAllocation(lease, stamps.get(lease.key)));
}

describe("the VPC CNI's checkpoint", () => {
  test("is read, and its network is Berth's", () => {
    expect(leasesOf(EXAMPLE)).toEqual([
      {
        key: "berth/5a1f/eth0",
        pod: { namespace: "default", name: "web-0" },
        address: must(parseIp("10.0.1.17")),
        assignedAtMs: 1_755_000_000_123,
        timestampNs: "1755000000123456789",
      },
    ]);
  });

  test("is written as it was read, to the nanosecond", () => {
    const leases = leasesOf(EXAMPLE);
    const written = rewrite(leases);
    expect(written).toBe(`${EXAMPLE.replace(/\s+/g, "")}\n`);
  });

  test("a lease of Berth's is written as the VPC CNI would have", () => {
    const lease = {
      key: "berth/77aa/eth0",
      pod: { namespace: "", name: "" },
      address: must(parseIp("2001:db8::1")),
      assignedAtMs: 1_755_000_000_001.4,
    };
    expect(renderStockCheckpoint([lease])).toBe(
      '{"version":"vpc-cni-ipam/1","allocations":[{"networkName":"aws-cni","containerID":"77aa","ifName":"eth0","ipv6":"2001:db8::1","allocationTimestamp":1755000000001000000,"metadata":{"interfacesCount":1}}]}\n',
    );
  });

  test("a pod from before its checkpoint has the interface that every pod has", () => {
    const migrated = EXAMPLE.replace("aws-cni", "_migrated-from-cri").replace("eth0", "unknown");
    expect(leasesOf(migrated)[0]?.key).toBe("berth/5a1f/eth0");
  });

  test("a network of another name keeps it", () => {
    const custom = EXAMPLE.replace("aws-cni", "our-cni");
    expect(leasesOf(custom)[0]?.key).toBe("our-cni/5a1f/eth0");
    expect(renderStockCheckpoint(leasesOf(custom))).toContain('"networkName":"our-cni"');
  });

  test("one without pods is none", () => {
    expect(leasesOf('{"version":"vpc-cni-ipam/1","allocations":null}')).toEqual([]);
    expect(leasesOf('{"version":"vpc-cni-ipam/1","allocations":[]}')).toEqual([]);
  });

  test.each([
    ["an empty file", "", "it is not JSON, or was cut off"],
    ["half a file", EXAMPLE.slice(0, 100), "it is not JSON, or was cut off"],
    ["no version", '{"allocations":[]}', "it has no version"],
    [
      "another version",
      EXAMPLE.replace("ipam/1", "ipam/2"),
      "its version is vpc-cni-ipam/2, and vpc-cni-ipam/1 is the one that is known",
    ],
    [
      "a wrong list",
      '{"version":"vpc-cni-ipam/1","allocations":{}}',
      "its allocations are no list",
    ],
    ["a wrong address", EXAMPLE.replace("10.0.1.17", "10.0.1.999"), "allocation 0 is not one"],
    ["no container", EXAMPLE.replace('"containerID": "5a1f",', ""), "allocation 0 is not one"],
    ["a wrong time", EXAMPLE.replace("1755000000123456789", '"soon"'), "allocation 0 is not one"],
    ["a slash in a name", EXAMPLE.replace("5a1f", "5a/1f"), "allocation 0 is not one"],
    ["no object", '{"version":"vpc-cni-ipam/1","allocations":[7]}', "allocation 0 is not one"],
  ])("%s is a reason, not a guess", (_, text, why) => {
    expect(parseStockCheckpoint(text)).toEqual({ ok: false, why });
  });

  test("one address for two pods is a reason", () => {
    const { allocations } = JSON.parse(EXAMPLE) as { allocations: object[] };
    const twice = [...allocations, { ...allocations[0], containerID: "other" }];
    expect(
      parseStockCheckpoint(JSON.stringify({ version: "vpc-cni-ipam/1", allocations: twice })),
    ).toEqual({
      ok: false,
      why: "it gives 10.0.1.17 to two pods",
    });
  });

  test("property: whatever is held comes back as it was, and so does a file", () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
    const ipv4 = fc.integer({ min: 0, max: 0xffff_ffff }).map(toIpv4);
    const ipv6 = fc
      .integer({ min: 1, max: 0xffff })
      .map((n) => must(parseIpv6(`2001:db8::${n.toString(16)}`)));
    const lease = fc.record({
      key: fc
        .tuple(fc.constantFrom("berth", "our-cni"), name, name)
        .map((parts) => parts.join("/")),
      pod: fc.record({ namespace: fc.oneof(name, fc.constant("")), name }),
      address: fc.oneof(ipv4, ipv6),
      assignedAtMs: fc.integer({ min: 0, max: 8_640_000_000_000 }),
      nanos: fc.integer({ min: 0, max: 999_999 }),
    });
    const held = fc.uniqueArray(lease, { selector: ({ address }) => address, maxLength: 20 });
    fc.assert(
      fc.property(held, (given) => {
        const leases = given.map(({ nanos, ...each }) => ({
          ...each,
          timestampNs: String(BigInt(each.assignedAtMs) * 1_000_000n + BigInt(nanos)),
        }));
        fc.pre(new Set(leases.map(({ key }) => key)).size === leases.length);
        const file = rewrite(leases);
        expect(leasesOf(file)).toEqual(leases);
        expect(rewrite(leasesOf(file))).toBe(file);
      }),
    );
  });
});
