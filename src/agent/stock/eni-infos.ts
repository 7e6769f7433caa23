import { cidrContains, cidrSize, formatCidr, formatIpv4 } from "../../net/index.ts";
import type { Cidr } from "../../net/index.ts";
import type { BlockView, EniView, Lease, Pool } from "../../pool/index.ts";
import { stockKeyOf } from "./stock-key.ts";

/** Go's zero time, for what has never happened. */
const NEVER = "0001-01-01T00:00:00Z";

/** One network card's addresses, and the route table of each of its ENIs. */
export interface CardView {
  readonly card: number;
  readonly pool: Pool;
  readonly routeTable: (deviceIndex: number) => number;
}

/** What `/v1/enis` of the VPC CNI v1.23 answers: ENIs, blocks and the addresses that pods hold, by network card. */
export function eniInfos(cards: readonly CardView[], nowMs: number): object {
  return Object.fromEntries(cards.map((view) => [String(view.card), cardInfo(view, nowMs)]));
}

function cardInfo({ pool, routeTable }: CardView, nowMs: number): object {
  const leases = pool.leases();
  const enis = pool.enis(nowMs);
  const infos = enis.map((eni): [string, object] => [
    eni.id,
    eniInfo(eni, { routeTable: routeTable(eni.deviceIndex), leases }),
  ]);
  const sizes = enis.flatMap(({ blocks }) => blocks.map(({ cidr }) => cidrSize(cidr)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return { TotalIPs: total, AssignedIPs: leases.length, ENIs: Object.fromEntries(infos) };
}

function eniInfo(
  { id, role, deviceIndex, blocks, service, subnetId }: EniView,
  { routeTable, leases }: { readonly routeTable: number; readonly leases: readonly Lease[] },
): object {
  return {
    ID: id,
    IsPrimary: role === "primary",
    IsTrunk: role === "trunk",
    IsEFA: false,
    DeviceNumber: deviceIndex,
    AvailableIPv4Cidrs: Object.fromEntries(
      blocks.map((block) => [formatCidr(block.cidr), blockInfo(block, leases)]),
    ),
    IPv6Cidrs: {},
    IsExcludedForPodIPs: service === "excluded",
    RouteTableID: routeTable,
    SubnetID: subnetId,
  };
}

function blockInfo({ cidr }: BlockView, leases: readonly Lease[]): object {
  const own = leases.filter(({ address }) => cidrContains(cidr, address));
  return {
    Cidr: { IP: formatIpv4(cidr.base), Mask: maskOf(cidr) },
    IPAddresses: Object.fromEntries(
      own.map((lease) => [formatIpv4(lease.address), addressInfo(lease)]),
    ),
    IsPrefix: cidr.bits !== 32,
    AddressFamily: "",
  };
}

function addressInfo({ key, pod, address, assignedAtMs }: Lease): object {
  return {
    Address: formatIpv4(address),
    // The VPC CNI shows neither container nor interface since v1.23.
    IPAMKey: { networkName: stockKeyOf(key).networkName, containerID: "", ifName: "" },
    IPAMMetadata: { k8sPodNamespace: pod.namespace, k8sPodName: pod.name, interfacesCount: 1 },
    AssignedTime: new Date(assignedAtMs).toISOString(),
    UnassignedTime: NEVER,
  };
}

/** Go writes a mask as the Base64 of its bytes. */
function maskOf({ bits }: Cidr): string {
  const mask = Buffer.alloc(4);
  for (let bit = 0; bit < bits; bit++) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return mask.toString("base64");
}
