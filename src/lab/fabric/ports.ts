import {
  addVethPair,
  deleteLink,
  deleteRoute,
  findLink,
  getLink,
  hostPrefix,
  type NetlinkSocket,
  replaceNeighbour,
  replaceRoutes,
  type RouteSpec,
  writeSysctl,
} from "../../dataplane/index.ts";
import type { EniId } from "../../facts/index.ts";
import { type Cidr, formatCidr } from "../../net/index.ts";
import { changeIpv6Routes, type Ipv6Blocks, openIpv6Port } from "./ipv6-ports.ts";
import type { Port } from "./plan.ts";

/** MTU of an ENI (EC2 user guide, "Network MTU"). */
export const ENI_MTU = 9001;

/** The name of an ENI's end at the router: `eni` and the last 12 digits of its id, 15 bytes as Linux allows. */
export function routerLinkOf(eniId: EniId): string {
  return `eni${eniId.slice(-12)}`;
}

/** A port that is plugged in. */
interface Plugged {
  readonly port: Port;
  readonly linkIndex: number;
}

/** The router's ends of all ENIs that are in a machine. */
export class RouterPorts {
  readonly #netns: string;
  readonly #socket: NetlinkSocket;
  readonly #plugged = new Map<EniId, Plugged>();

  constructor(netns: string, socket: NetlinkSocket) {
    this.#netns = netns;
    this.#socket = socket;
  }

  /** The router's link to an ENI, or undefined while it is in no machine. */
  linkIndexOf(eniId: EniId): number | undefined {
    return this.#plugged.get(eniId)?.linkIndex;
  }

  /** The port as it was last applied. */
  portOf(eniId: EniId): Port | undefined {
    return this.#plugged.get(eniId)?.port;
  }

  /**
   * Plugs in, unplugs and changes ports until they are as wanted. `netnsOf` says where the holder of a port lives; without
   * an answer the port stays unplugged.
   */
  apply(wanted: ReadonlyMap<EniId, Port>, netnsOf: (port: Port) => string | undefined): void {
    for (const eniId of [...this.#plugged.keys()]) {
      if (!wanted.has(eniId)) this.#unplug(eniId);
    }
    for (const port of wanted.values()) {
      const plugged = this.#plugged.get(port.eniId);
      if (plugged !== undefined) {
        this.#change(plugged, port);
        continue;
      }
      const netns = netnsOf(port);
      if (netns !== undefined) this.#plug(port, netns);
    }
  }

  #plug(port: Port, netns: string): void {
    const name = routerLinkOf(port.eniId);
    addVethPair(this.#socket, {
      name,
      mtu: ENI_MTU,
      up: true,
      peer: { name: port.device, mac: port.mac, mtu: ENI_MTU, netns },
    });
    const linkIndex = getLink(this.#socket, name).index;
    this.#plugged.set(port.eniId, { port, linkIndex });
    this.#changeIpv6({ port, linkIndex }, []);
    this.#setSourceCheck(port);
    // The fabric knows every ENI's MAC: nothing is ever looked up, and nobody can claim another's address.
    replaceNeighbour(this.#socket, { linkIndex, address: port.primary, mac: port.mac });
    replaceRoutes(this.#socket, [
      { destination: hostPrefix(port.primary), linkIndex },
      ...port.blocks.map((block) => routeTo(block, { port, linkIndex })),
    ]);
  }

  #unplug(eniId: EniId): void {
    this.#plugged.delete(eniId);
    // Absent when the machine's namespace went first: the kernel then removed both ends.
    const link = findLink(this.#socket, routerLinkOf(eniId));
    if (link !== undefined) deleteLink(this.#socket, link.index);
  }

  #change(plugged: Plugged, port: Port): void {
    const { linkIndex, port: before } = plugged;
    const had = new Set(before.blocks.map(formatCidr));
    const wanted = new Set(port.blocks.map(formatCidr));
    for (const destination of before.blocks) {
      if (!wanted.has(formatCidr(destination))) {
        deleteRoute(this.#socket, { destination, linkIndex });
      }
    }
    const added = port.blocks.filter((block) => !had.has(formatCidr(block)));
    replaceRoutes(
      this.#socket,
      added.map((block) => routeTo(block, { port, linkIndex })),
    );
    this.#changeIpv6({ port, linkIndex }, before.ipv6);
    this.#plugged.set(port.eniId, { port, linkIndex });
    if (before.sourceCheck !== port.sourceCheck) this.#setSourceCheck(port);
  }

  #changeIpv6({ port, linkIndex }: Plugged, from: Ipv6Blocks): void {
    const { mac, ipv6: to } = port;
    const end = { linkIndex, link: routerLinkOf(port.eniId), mac };
    if (from.length === 0 && to.length > 0) openIpv6Port(this.#socket, end, this.#netns);
    changeIpv6Routes(this.#socket, end, { from, to });
  }

  #setSourceCheck({ eniId, sourceCheck }: Port): void {
    const key = ["ipv4", "conf", routerLinkOf(eniId), "rp_filter"];
    writeSysctl(key, sourceCheck ? 1 : 0, { netns: this.#netns });
  }
}

function routeTo(destination: Cidr, { port, linkIndex }: Plugged): RouteSpec {
  return { destination, via: port.primary, linkIndex, onlink: true };
}
