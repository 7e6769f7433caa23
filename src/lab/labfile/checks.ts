import { SUBNET_MAX_BITS, SUBNET_MIN_BITS } from "../../facts/index.ts";
import {
  type Cidr,
  cidrContains,
  cidrCovers,
  cidrOf,
  cidrsOverlap,
  formatCidr,
  formatIpv4,
  ipv4FromBytes,
} from "../../net/index.ts";
import { problem, unknownSubnet } from "./findings.ts";
import { checkAutoscaler, checkNodes, checkWorkloads } from "./node-checks.ts";
import type { Path, Problem } from "./problem.ts";
import type { WrittenLab } from "./schema.ts";

/** What is wrong between the parts of a file whose form is right. */
export function checkLab(lab: WrittenLab): Problem[] {
  return [
    ...checkVpc(lab),
    ...checkInternet(lab),
    ...checkSubnets(lab),
    ...checkGateway(lab),
    ...checkNodes(lab),
    ...checkWorkloads(lab),
    ...checkAutoscaler(lab),
    ...repeatedNames("subnets", lab.subnets),
    ...repeatedNames("workloads", lab.workloads),
  ];
}

function sizeProblem(path: Path, cidr: Cidr): Problem[] {
  if (cidr.bits >= SUBNET_MIN_BITS && cidr.bits <= SUBNET_MAX_BITS) return [];
  const reason = `${formatCidr(cidr)} is no size that EC2 allows.`;
  return [problem(path, reason, `Take a block from /${SUBNET_MIN_BITS} to /${SUBNET_MAX_BITS}.`)];
}

function checkVpc({ vpc, internet }: WrittenLab): Problem[] {
  return vpc.cidrs.flatMap((cidr, index) => {
    const path = ["vpc", "cidrs", index];
    const problems = sizeProblem(path, cidr);
    const other = vpc.cidrs.slice(0, index).find((earlier) => cidrsOverlap(earlier, cidr));
    if (other !== undefined) {
      const reason = `${formatCidr(cidr)} overlaps ${formatCidr(other)} of the same VPC.`;
      problems.push(problem(path, reason, "Take a block that shares no address with it."));
    }
    if (cidrContains(cidr, internet.server)) {
      const reason = `${formatCidr(cidr)} holds ${formatIpv4(internet.server)}, the server outside the VPC.`;
      problems.push(problem(path, reason, "Give `internet.server` an address outside the VPC."));
    }
    return problems;
  });
}

/**
 * Where nothing outside can be (RFC 6890): this host, loopback, link-local with the metadata, multicast and above, and the
 * wire between the lab's router and its outside.
 */
const NEVER_OUTSIDE: readonly Cidr[] = [
  cidrOf(ipv4FromBytes([0, 0, 0, 0]), 8),
  cidrOf(ipv4FromBytes([127, 0, 0, 0]), 8),
  cidrOf(ipv4FromBytes([169, 254, 0, 0]), 16),
  cidrOf(ipv4FromBytes([192, 0, 2, 0]), 31),
  cidrOf(ipv4FromBytes([224, 0, 0, 0]), 3),
];

function checkInternet({ vpc, internet }: WrittenLab): Problem[] {
  const { server, publicAddresses } = internet;
  const path = ["internet", "publicAddresses"];
  const problems: Problem[] = [];
  const special = NEVER_OUTSIDE.find((block) => cidrContains(block, server));
  if (special !== undefined) {
    const reason = `${formatIpv4(server)} can't be a server outside the VPC: ${formatCidr(special)} has a meaning of its own.`;
    const fix = "Leave it out, or take an address such as 203.0.113.10.";
    problems.push(problem(["internet", "server"], reason, fix));
  }
  const clash = [...NEVER_OUTSIDE, ...vpc.cidrs].find((block) =>
    cidrsOverlap(block, publicAddresses),
  );
  if (clash !== undefined) {
    const reason = `${formatCidr(publicAddresses)} can't be public addresses: it overlaps ${formatCidr(clash)}, which is ${vpc.cidrs.includes(clash) ? "the VPC's" : "special"}.`;
    problems.push(problem(path, reason, "Leave it out, or take a block such as 198.51.100.0/24."));
  }
  // The first and the last address of the block are left out.
  if (publicAddresses.bits > 30) {
    const reason = `${formatCidr(publicAddresses)} has no address to give.`;
    problems.push(problem(path, reason, "Take a /30 or a larger block."));
  }
  if (cidrContains(publicAddresses, server)) {
    const reason = `${formatCidr(publicAddresses)} holds ${formatIpv4(server)}, the server outside the VPC.`;
    problems.push(problem(path, reason, "Take another block, or move `internet.server`."));
  }
  return problems;
}

function checkSubnets({ region, vpc, subnets, natGateway }: WrittenLab): Problem[] {
  return subnets.flatMap(({ name, zone, cidr, route }, index) => {
    const path = ["subnets", index];
    const problems = sizeProblem([...path, "cidr"], cidr);
    if (!vpc.cidrs.some((block) => cidrCovers(block, cidr))) {
      const blocks = vpc.cidrs.map(formatCidr).join(", ");
      const reason = `Subnet ${name}, ${formatCidr(cidr)}, is not inside the VPC (${blocks}).`;
      problems.push(
        problem([...path, "cidr"], reason, "Take a block of the VPC, or add one to `vpc.cidrs`."),
      );
    }
    const other = subnets.slice(0, index).find((earlier) => cidrsOverlap(earlier.cidr, cidr));
    if (other !== undefined) {
      const reason = `Subnet ${name}, ${formatCidr(cidr)}, overlaps subnet ${other.name}, ${formatCidr(other.cidr)}.`;
      problems.push(
        problem([...path, "cidr"], reason, "Take a block that shares no address with it."),
      );
    }
    if (!(zone.startsWith(region) && /^[a-f]$/.test(zone.slice(region.length)))) {
      const reason = `\`${zone}\` is no zone of ${region}.`;
      problems.push(problem([...path, "zone"], reason, `Zones are ${region}a to ${region}f.`));
    }
    if (route === "nat" && natGateway === undefined) {
      const reason = `Subnet ${name} is routed to a NAT gateway, and the lab has none.`;
      problems.push(
        problem([...path, "route"], reason, "Add `natGateway:` with a public `subnet:`."),
      );
    }
    return problems;
  });
}

function checkGateway({ subnets, natGateway }: WrittenLab): Problem[] {
  if (natGateway === undefined) return [];
  const path = ["natGateway", "subnet"];
  const subnet = subnets.find(({ name }) => name === natGateway.subnet);
  if (subnet === undefined) return [unknownSubnet({ path, name: natGateway.subnet, subnets })];
  if (subnet.route === "internet") return [];
  const reason = `The NAT gateway is in subnet ${subnet.name}, which has no route to the internet.`;
  return [problem(path, reason, "Give that subnet `route: internet`, or take one that has it.")];
}

function repeatedNames(list: string, entries: readonly { readonly name: string }[]): Problem[] {
  const names = entries.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          problem(
            [list, index, "name"],
            `\`${name}\` is there twice in \`${list}\`.`,
            "Rename one.",
          ),
        ],
  );
}
