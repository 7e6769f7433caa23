import { describe, expect, test } from "vitest";
import { instanceType, instanceTypes, slotsPerEni, takesPrefixes } from "./instance-type.ts";

describe("the table of instance types", () => {
  test.each([
    { name: "t2.micro", enis: 2, ipv4PerEni: 2, trunking: false, prefixes: false },
    { name: "t3.nano", enis: 2, ipv4PerEni: 2, trunking: false, prefixes: true },
    { name: "t3.medium", enis: 3, ipv4PerEni: 6, trunking: false, prefixes: true },
    { name: "m4.4xlarge", enis: 8, ipv4PerEni: 30, trunking: false, prefixes: false },
    { name: "m5.large", enis: 3, ipv4PerEni: 10, trunking: true, prefixes: true },
    { name: "m5.metal", enis: 15, ipv4PerEni: 50, trunking: true, prefixes: true },
    { name: "p3dn.24xlarge", enis: 15, ipv4PerEni: 50, trunking: true, prefixes: true },
    { name: "p4d.24xlarge", enis: 15, ipv4PerEni: 50, trunking: true, prefixes: true },
    { name: "p5.48xlarge", enis: 2, ipv4PerEni: 50, trunking: true, prefixes: true },
    { name: "trn1.32xlarge", enis: 5, ipv4PerEni: 50, trunking: true, prefixes: true },
  ])("R-IP-1: $name: $enis ENIs of $ipv4PerEni addresses", ({ name, prefixes, ...want }) => {
    const type = instanceType(name);
    expect(type).toMatchObject(want);
    expect(type !== undefined && takesPrefixes(type)).toBe(prefixes);
  });

  test("an unknown name gives nothing", () => {
    expect(instanceType("m5.huge")).toBeUndefined();
    expect(instanceType("M5.large")).toBeUndefined();
  });

  test("every row has the shape that its type says", () => {
    const problems = instanceTypes().filter(
      (row) =>
        !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(row.type) ||
        !isCount(row.enis) ||
        slotsPerEni(row) < 1 ||
        !isCount(row.ipv4PerEni) ||
        row.networkCards[0]?.index !== 0 ||
        row.networkCards[0].maxEnis !== row.enis ||
        !row.networkCards.every((card) => isCount(card.maxEnis)) ||
        ![null, "nitro", "xen"].includes(row.hypervisor) ||
        typeof row.bareMetal !== "boolean" ||
        ![null, true, false].includes(row.trunking) ||
        (row.trunking === true) !== (row.branchEnis !== null && row.branchEnis > 0) ||
        ![null, "amd64", "arm64"].includes(row.arch) ||
        !(row.vcpus === null || isCount(row.vcpus)) ||
        !(row.memoryMiB === null || isCount(row.memoryMiB)) ||
        !(row.usdPerHourUsEast1 === null || row.usdPerHourUsEast1 > 0),
    );
    expect(problems).toEqual([]);
  });

  test("names are sorted and occur once", () => {
    const names = instanceTypes().map(({ type }) => type);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(1000);
  });
});

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
