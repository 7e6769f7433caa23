import { expect, test } from "vitest";
import { formatIpv4, parseCidr } from "../../net/index.ts";
import { serviceAddressFor } from "./service-address.ts";

test.each([
  { vpc: ["10.0.0.0/16"], want: "172.20.0.1" },
  { vpc: ["172.16.0.0/12"], want: "10.100.0.1" },
  { vpc: ["10.0.0.0/8", "172.20.0.0/24"], want: "172.20.0.1" },
])("for a VPC of $vpc services begin at $want", ({ vpc, want }) => {
  const cidrs = vpc.flatMap((text) => parseCidr(text) ?? []);
  expect(formatIpv4(serviceAddressFor(cidrs))).toBe(want);
});
