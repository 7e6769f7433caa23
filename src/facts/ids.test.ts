import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import * as ids from "./ids.ts";

const kinds = Object.keys(ids.ID_PREFIXES) as ids.ResourceKind[];

describe("ids", () => {
  test.each([
    { name: "17 digits", text: "eni-0123456789abcdef0", ok: true },
    { name: "8 digits, as before 2016", text: "eni-1a2b3c4d", ok: true },
    { name: "7 digits", text: "eni-1a2b3c4", ok: false },
    { name: "18 digits", text: "eni-0123456789abcdef01", ok: false },
    { name: "capitals", text: "eni-0123456789ABCDEF0", ok: false },
    { name: "another kind", text: "subnet-0123456789abcdef0", ok: false },
    {
      name: "an attachment, which begins the same",
      text: "eni-attach-0123456789abcdef0",
      ok: false,
    },
    { name: "a new line at the end", text: "eni-1a2b3c4d\n", ok: false },
    { name: "nothing", text: "", ok: false },
  ])("an ENI id: $name", ({ text, ok }) => {
    expect(ids.parseEniId(text)).toBe(ok ? text : undefined);
  });

  test.each([
    { kind: "vpc", parse: ids.parseVpcId },
    { kind: "subnet", parse: ids.parseSubnetId },
    { kind: "eni", parse: ids.parseEniId },
    { kind: "instance", parse: ids.parseInstanceId },
    { kind: "securityGroup", parse: ids.parseSecurityGroupId },
    { kind: "routeTable", parse: ids.parseRouteTableId },
    { kind: "attachment", parse: ids.parseAttachmentId },
  ] as const)("the parser of $kind takes its own ids only", ({ kind, parse }) => {
    for (const other of kinds) {
      const id = ids.newId(other, newRandom(1));
      expect(parse(id) === undefined).toBe(other !== kind);
    }
  });

  test("a new id has 17 digits, is of its kind, and depends on the seed only", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer(), (kind, seed) => {
        const id = ids.newId(kind, newRandom(seed));
        expect(ids.parseId(kind, id)).toBe(id);
        expect(id).toHaveLength(ids.ID_PREFIXES[kind].length + 17);
        expect(ids.newId(kind, newRandom(seed))).toBe(id);
      }),
    );
  });
});
