import { expect, test } from "vitest";
import { cidr, eniId, subnetId } from "./scenario.ts";
import type { CreateEni } from "./step.ts";
import { TinyEc2 } from "./tiny-ec2.ts";
import { failure } from "./tiny-failure.ts";

const LIMITS = { maxEnis: 2, slotsPerEni: 20 };

function create(given: Partial<CreateEni>): CreateEni {
  return { kind: "createEni", unit: "address", count: 1, avoidSubnets: [], ...given };
}

test("the tiny EC2 refuses an ENI too many", () => {
  const ec2 = new TinyEc2(LIMITS);
  expect(ec2.perform(create({}))).toMatchObject({ kind: "created" });
  expect(ec2.perform(create({}))).toEqual(failure("attachmentLimit"));
});

test("it takes the next subnet when one has no room, and gives back what it took there", () => {
  const ec2 = new TinyEc2(LIMITS, { count: 2, bits: 28 });
  expect(ec2.perform(create({ count: 16 }))).toEqual(failure("subnetFull", subnetId(1)));
  expect(ec2.held()).toBe(1);
  expect(ec2.perform(create({ unit: "prefix" }))).toEqual({
    ...failure("subnetFull", subnetId(1)),
    code: "InvalidParameterValue",
  });
  expect(ec2.perform(create({ avoidSubnets: [subnetId(0), subnetId(1)] }))).toEqual(
    failure("subnetFull", subnetId(0)),
  );
  const created = ec2.perform(create({ count: 15 }));
  expect(created).toMatchObject({ kind: "created", eni: { subnetId: subnetId(1) } });
});

test("a subnet without a single free address has no room for an ENI", () => {
  const ec2 = new TinyEc2({ ...LIMITS, maxEnis: 3 }, { count: 1, bits: 30 });
  expect(ec2.perform(create({ count: 2 }))).toMatchObject({ kind: "created" });
  expect(ec2.perform(create({}))).toEqual(failure("subnetFull", subnetId(0)));
});

test("a fragmented subnet has single addresses, but no block", () => {
  const ec2 = new TinyEc2(LIMITS, { count: 1, bits: 26 });
  ec2.fragment(0);
  expect(ec2.perform(create({ unit: "prefix" }))).toEqual(failure("noFreeBlock", subnetId(0)));
  expect(ec2.perform(create({}))).toMatchObject({ kind: "created" });
});

test("it knows nothing of an ENI that is gone", () => {
  const ec2 = new TinyEc2(LIMITS);
  expect(ec2.perform({ kind: "adoptEni", eniId: eniId(9) })).toEqual(failure("eniGone"));
  expect(ec2.perform({ kind: "freeEni", eniId: eniId(9) })).toEqual(failure("eniGone"));
  const describe = { kind: "describeEni", eniId: eniId(9), effect: "mirror" } as const;
  expect(ec2.perform(describe)).toEqual(failure("eniGone"));
  const [own] = ec2.enis;
  if (own === undefined) throw new Error("there is a primary ENI");
  expect(ec2.unassign(own.id, [cidr("10.9.9.9/32")])).toEqual(failure("other"));
});
