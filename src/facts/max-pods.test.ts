import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type InstanceType, instanceType, instanceTypes } from "./instance-type.ts";
import { maxPods, type MaxPodsMode } from "./max-pods.ts";

const secondary: MaxPodsMode = { prefixDelegation: false, customNetworking: false, podEni: false };
const prefixes: MaxPodsMode = { ...secondary, prefixDelegation: true };
const custom: MaxPodsMode = { ...secondary, customNetworking: true };
const trunk: MaxPodsMode = { ...secondary, podEni: true };

function known(name: string): InstanceType {
  const type = instanceType(name);
  if (type === undefined) throw new Error(`${name} is not in the table`);
  return type;
}

const anyType = fc.constantFrom(...instanceTypes());
const anyMode = fc.record({
  prefixDelegation: fc.boolean(),
  customNetworking: fc.boolean(),
  podEni: fc.boolean(),
});

describe("secondary-IP mode", () => {
  test.each([
    { name: "t3.small", want: 11 },
    { name: "t3.medium", want: 17 },
    { name: "m5.large", want: 29 },
    { name: "m5.xlarge", want: 58 },
    { name: "m5.2xlarge", want: 58 },
    { name: "m5.4xlarge", want: 234 },
    { name: "c5.xlarge", want: 58 },
    { name: "c5.4xlarge", want: 234 },
    { name: "m5.24xlarge", want: 737 },
    { name: "c6in.32xlarge", want: 394 },
    { name: "p5.48xlarge", want: 100 },
  ])("R-IP-1: $name carries $want pods", ({ name, want }) => {
    expect(maxPods(known(name), secondary).formula).toBe(want);
  });

  test("R-IP-1: an m5.large has 27 addresses for pods, not 29", () => {
    expect(maxPods(known("m5.large"), secondary).addresses).toBe(27);
  });

  test("R-IP-1: ENIs × (addresses per ENI − 1) + 2 for every type", () => {
    for (const type of instanceTypes()) {
      const { formula, addresses } = maxPods(type, secondary);
      expect({ type: type.type, formula }).toEqual({
        type: type.type,
        formula: type.enis * (type.ipv4PerEni - 1) + 2,
      });
      expect(addresses).toBe(formula - 2);
    }
  });
});

describe("prefix delegation", () => {
  test("R-PD-2: an m5.large has 432 addresses, 434 pods by formula, and 110 recommended", () => {
    expect(maxPods(known("m5.large"), prefixes)).toMatchObject({
      addresses: 432,
      formula: 434,
      recommended: 110,
      binds: "cap",
    });
  });

  test("R-PD-2: sixteen times the addresses of secondary-IP mode on every type that takes prefixes", () => {
    for (const type of instanceTypes()) {
      const inPrefixes = maxPods(type, prefixes);
      const factor = inPrefixes.mode.prefixDelegation ? 16 : 1;
      expect(inPrefixes.addresses).toBe(maxPods(type, secondary).addresses * factor);
    }
  });

  test.each([
    { name: "m4.large", system: "runs on Xen, not on Nitro" },
    { name: "cr1.8xlarge", system: "is not known to run on Nitro" },
  ])("R-PD-3: on $name it is refused with a reason, the rest as without", ({ name, system }) => {
    const result = maxPods(known(name), prefixes);
    expect(result.mode.prefixDelegation).toBe(false);
    expect(result.refusals).toEqual([
      {
        setting: "prefixDelegation",
        reason: `EC2 assigns prefixes on Nitro instances only, and ${name} ${system}; the node goes on in secondary-IP mode`,
      },
    ]);
    expect({ ...result, refusals: [] }).toEqual(maxPods(known(name), secondary));
  });

  test("R-PD-3: bare metal takes prefixes", () => {
    const { mode, refusals } = maxPods(known("m5.metal"), prefixes);
    expect(mode.prefixDelegation).toBe(true);
    expect(refusals).toEqual([]);
  });
});

describe("custom networking", () => {
  test.each([
    { name: "m5.large", want: 20 },
    { name: "m5.xlarge", want: 44 },
    { name: "m5.4xlarge", want: 205 },
    { name: "hpc6id.32xlarge", want: 2 },
  ])("R-CN-4: $name carries $want pods", ({ name, want }) => {
    expect(maxPods(known(name), custom).formula).toBe(want);
  });

  test("R-CN-4: (ENIs − 1) × (addresses per ENI − 1) + 2 for every type", () => {
    for (const type of instanceTypes()) {
      expect(maxPods(type, custom).formula).toBe((type.enis - 1) * (type.ipv4PerEni - 1) + 2);
    }
  });

  test("R-CN-4: with prefix delegation the capacity comes back: m5.large 288 addresses, 290 pods", () => {
    const result = maxPods(known("m5.large"), { ...prefixes, customNetworking: true });
    expect(result).toMatchObject({ addresses: 288, formula: 290, recommended: 110 });
  });

  test("R-CN-4: images that set 29 on an m5.large would place 9 pods without an address", () => {
    expect(maxPods(known("m5.large"), custom).notes).toEqual([
      "self-managed images set 29: ordinary pods beyond 20 would be placed and get no address; set maxPods to 20",
    ]);
  });

  test("R-CN-4: with a single ENI nothing is left for pods", () => {
    expect(maxPods(known("hpc6id.32xlarge"), custom).notes).toContain(
      "no ENI is left for ordinary pods: the type has 1",
    );
  });
});

describe("a trunk", () => {
  test.each([
    { name: "m6g.medium", branches: 4, alone: 3, withCustom: 0, all: 9 },
    { name: "m5.large", branches: 9, alone: 18, withCustom: 9, all: 29 },
    { name: "m5.xlarge", branches: 18, alone: 42, withCustom: 28, all: 62 },
    { name: "m5.2xlarge", branches: 38, alone: 42, withCustom: 28, all: 82 },
    { name: "c5.4xlarge", branches: 54, alone: 203, withCustom: 174, all: 259 },
    { name: "m5.24xlarge", branches: 107, alone: 686, withCustom: 637, all: 795 },
    { name: "m5.metal", branches: 120, alone: 686, withCustom: 637, all: 808 },
    { name: "c6in.32xlarge", branches: 106, alone: 343, withCustom: 294, all: 451 },
    { name: "p5.48xlarge", branches: 120, alone: 49, withCustom: 0, all: 171 },
  ])(
    "R-SGP-1: $name has $alone addresses beside it, $withCustom with custom networking, and $all pods in all",
    ({ name, branches, alone, withCustom, all }) => {
      expect(maxPods(known(name), trunk)).toMatchObject({
        branchEnis: branches,
        addresses: alone,
        formulaWithBranches: all,
      });
      expect(maxPods(known(name), { ...trunk, customNetworking: true }).addresses).toBe(withCustom);
    },
  );

  test("R-SGP-1: what images and node groups set doesn't allow for it", () => {
    expect(maxPods(known("m5.large"), trunk).notes).toEqual([
      "the trunk takes one ENI; its 9 branch ENIs carry a pod each on top: 29 in all",
      "self-managed images set 29 and managed node groups set 29: ordinary pods beyond 20 would be placed and get no address; set maxPods to 20",
    ]);
  });

  test("R-SGP-1: a type that can't have one keeps all its ENIs for pods", () => {
    const result = maxPods(known("t3.medium"), trunk);
    expect(result.refusals.map(({ setting }) => setting)).toEqual(["podEni"]);
    expect({ ...result, refusals: [] }).toEqual(maxPods(known("t3.medium"), secondary));
  });

  test("R-SGP-1: a type of which nothing is known sets the ENI aside", () => {
    const result = maxPods(known("bmn-sf1.metal"), trunk);
    expect(result).toMatchObject({
      addresses: 14 * 49,
      branchEnis: null,
      formulaWithBranches: null,
    });
    expect(result.notes).toContain(
      "the trunk takes one ENI; how many branch ENIs it carries is not known",
    );
  });
});

describe("what the kubelet is told", () => {
  test.each([
    {
      what: "m5.large: the addresses bind everywhere",
      name: "m5.large",
      mode: secondary,
      want: { selfManaged: 29, managedNodeGroup: 29, autoMode: 27 },
    },
    {
      what: "m5.4xlarge: 234 on self-managed nodes, 110 in a managed group and in Auto Mode",
      name: "m5.4xlarge",
      mode: secondary,
      want: { selfManaged: 234, managedNodeGroup: 110, autoMode: 110 },
    },
    {
      what: "m5.24xlarge: 250 in a managed group from 30 vCPUs up",
      name: "m5.24xlarge",
      mode: secondary,
      want: { selfManaged: 737, managedNodeGroup: 250, autoMode: 110 },
    },
    {
      what: "m5.large with prefixes: self-managed images don't know of them",
      name: "m5.large",
      mode: prefixes,
      want: { selfManaged: 29, managedNodeGroup: 110, autoMode: 27 },
    },
  ])("R-IP-1: $what", ({ name, mode, want }) => {
    expect(maxPods(known(name), mode).told).toEqual(want);
  });

  test("R-PD-2: images that set 29 on an m5.large with prefixes leave addresses unused", () => {
    expect(maxPods(known("m5.large"), prefixes).notes).toEqual([
      "self-managed images set 29: set maxPods to 110 to use the addresses",
    ]);
  });
});

describe("which number binds", () => {
  test.each([
    {
      name: "m5.large",
      binds: "addresses",
      why: "27 addresses + 2 host-network pods = 29, within the 110 that EKS recommends below 30 vCPUs",
    },
    {
      name: "m5.4xlarge",
      binds: "cap",
      why: "232 addresses + 2 host-network pods = 234, more than the 110 that EKS recommends below 30 vCPUs",
    },
    {
      name: "m5.24xlarge",
      binds: "cap",
      why: "735 addresses + 2 host-network pods = 737, more than the 250 that EKS recommends from 30 vCPUs up",
    },
    {
      name: "bmn-sf1.metal",
      binds: "cap",
      why: "735 addresses + 2 host-network pods = 737, more than the 110 that EKS recommends while its vCPUs are unknown",
    },
  ])("R-IP-1: $name: the $binds", ({ name, binds, why }) => {
    expect(maxPods(known(name), secondary)).toMatchObject({ binds, why });
  });

  test("R-IP-1: recommended is the smaller number on every type in every mode, and binds names it", () => {
    fc.assert(
      fc.property(anyType, anyMode, (type, mode) => {
        const { formula, cap, recommended, binds, addresses } = maxPods(type, mode);
        expect(recommended).toBe(Math.min(formula, cap));
        expect(recommended).toBe(binds === "addresses" ? formula : cap);
        expect(cap).toBe((type.vcpus ?? 0) < 30 ? 110 : 250);
        expect(addresses).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("R-SGP-1, R-CN-4: no setting but prefixes adds an address, whatever the type", () => {
    fc.assert(
      fc.property(anyType, anyMode, (type, mode) => {
        const plain = maxPods(type, { ...secondary, prefixDelegation: mode.prefixDelegation });
        expect(maxPods(type, mode).addresses).toBeLessThanOrEqual(plain.addresses);
      }),
    );
  });
});
