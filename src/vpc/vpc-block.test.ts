import { expect, test } from "vitest";
import { block, codeOf } from "./test-region.ts";
import { checkFurtherBlock, checkPrimaryBlock } from "./vpc-block.ts";

test.each([
  { cidr: "10.0.0.0/16", want: "ok" },
  { cidr: "10.0.0.0/28", want: "ok" },
  { cidr: "100.64.0.0/16", want: "ok" },
  { cidr: "10.0.0.0/15", want: "InvalidVpc.Range" },
  { cidr: "10.0.0.0/29", want: "InvalidVpc.Range" },
  { cidr: "169.254.0.0/20", want: "InvalidVpc.Range" },
  { cidr: "127.0.0.0/16", want: "InvalidVpc.Range" },
  { cidr: "0.1.0.0/16", want: "InvalidVpc.Range" },
  { cidr: "224.0.0.0/16", want: "InvalidVpc.Range" },
])("a VPC of $cidr: $want", ({ cidr, want }) => {
  expect(codeOf(checkPrimaryBlock(block(cidr)))).toBe(want);
});

test.each([
  { present: "10.1.0.0/16", added: "10.2.0.0/16", want: "ok" },
  { present: "10.1.0.0/16", added: "100.64.0.0/16", want: "ok" },
  { present: "10.1.0.0/16", added: "52.0.0.0/16", want: "ok" },
  { present: "10.1.0.0/16", added: "172.16.0.0/16", want: "InvalidVpc.Range" },
  { present: "10.1.0.0/16", added: "192.168.0.0/16", want: "InvalidVpc.Range" },
  { present: "10.1.0.0/16", added: "198.19.0.0/16", want: "InvalidVpc.Range" },
  { present: "10.1.0.0/16", added: "10.0.0.0/20", want: "InvalidVpc.Range" },
  { present: "10.2.0.0/16", added: "10.0.0.0/20", want: "ok" },
  { present: "10.1.0.0/16", added: "10.1.128.0/20", want: "InvalidVpc.Range" },
  { present: "172.16.0.0/16", added: "172.17.0.0/16", want: "ok" },
  { present: "172.16.0.0/16", added: "172.31.0.0/16", want: "InvalidVpc.Range" },
  { present: "172.16.0.0/16", added: "10.0.0.0/16", want: "InvalidVpc.Range" },
  { present: "192.168.0.0/20", added: "192.168.16.0/20", want: "ok" },
  { present: "192.168.0.0/20", added: "10.0.0.0/16", want: "InvalidVpc.Range" },
  { present: "198.19.0.0/20", added: "172.20.0.0/16", want: "InvalidVpc.Range" },
  { present: "100.64.0.0/16", added: "10.0.0.0/16", want: "InvalidVpc.Range" },
  { present: "100.64.0.0/16", added: "100.65.0.0/16", want: "ok" },
  { present: "10.1.0.0/16", added: "169.254.0.0/16", want: "InvalidVpc.Range" },
])("a VPC with $present adds $added: $want", ({ present, added, want }) => {
  const given = { present: [block(present)], destinations: [] };
  expect(codeOf(checkFurtherBlock(block(added), given))).toBe(want);
});

test.each([
  { destination: "100.64.0.0/16", want: "InvalidVpc.Range" },
  { destination: "100.64.0.0/20", want: "InvalidVpc.Range" },
  { destination: "100.64.0.0/15", want: "ok" },
  { destination: "0.0.0.0/0", want: "ok" },
])("with a route to $destination a VPC adds 100.64.0.0/16: $want", ({ destination, want }) => {
  const given = { present: [block("10.1.0.0/16")], destinations: [block(destination)] };
  expect(codeOf(checkFurtherBlock(block("100.64.0.0/16"), given))).toBe(want);
});
