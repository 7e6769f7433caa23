import { invariant } from "../../base/index.ts";
import { addAddress, getLink, type NetlinkSocket, openNetlink } from "../../dataplane/index.ts";
import type { InstanceId, NatGatewayId } from "../../facts/index.ts";
import type { Ipv4 } from "../../net/index.ts";
import { INTERNET_GATEWAY, Internet } from "./internet.ts";
import { setUpNatGateway } from "./nat-gateway.ts";
import type { FabricPlan, PlannedNatGateway, Port } from "./plan.ts";
import { PolicyRoutes, type WaysOut } from "./policy-routes.ts";
import { RouterPorts } from "./ports.ts";
import { RouterAddresses, setUpRouter } from "./router.ts";

/** Makes namespaces, and remembers their names where a later `lab down` finds them. */
export interface NetnsMaker {
  /** Makes the namespace of that role, such as `router`, and returns its path. */
  make(role: string): string;
  /** Removes a namespace that was made here, by its path. */
  remove(netns: string): void;
}

/** What a fabric is made of. */
export interface FabricOptions {
  readonly namespaces: NetnsMaker;
  /** The server outside the VPC. */
  readonly internetServer: Ipv4;
}

/**
 * A region in the kernel: a router that is the VPC, NAT gateways, and the outside, each a network namespace. Every change is
 * one synchronous step, and nothing outside its own namespaces is touched.
 */
export class Fabric {
  /** The router's namespace: instance metadata and the nodes' EC2 API listen there. */
  readonly routerNetns: string;
  /** Where the server outside the VPC listens. */
  readonly internetNetns: string;
  readonly #namespaces: NetnsMaker;
  readonly #socket: NetlinkSocket;
  readonly #addresses: RouterAddresses;
  readonly #ports: RouterPorts;
  readonly #routes: PolicyRoutes;
  readonly #internet: Internet;
  readonly #instances = new Map<InstanceId, string>();
  readonly #natGateways = new Map<NatGatewayId, string>();
  #natCount = 0;

  constructor({ namespaces, internetServer }: FabricOptions) {
    this.#namespaces = namespaces;
    this.routerNetns = namespaces.make("router");
    this.internetNetns = namespaces.make("internet");
    this.#socket = openNetlink(this.routerNetns);
    const router = { netns: this.routerNetns, socket: this.#socket };
    setUpRouter(this.routerNetns, this.#socket);
    this.#addresses = new RouterAddresses(this.#socket);
    this.#ports = new RouterPorts(this.routerNetns, this.#socket);
    this.#routes = new PolicyRoutes(this.#socket);
    this.#internet = new Internet(this.internetNetns, { router, server: internetServer });
  }

  /** Says where an instance lives. Its ENIs are plugged in there at the next {@link apply}. */
  placeInstance(id: InstanceId, netns: string): void {
    this.#instances.set(id, netns);
  }

  /** Gives the router one more address of its own, at which the lab can listen. */
  own(address: Ipv4): void {
    const linkIndex = getLink(this.#socket, "lo").index;
    addAddress(this.#socket, { linkIndex, address, bits: 32 });
  }

  /** Forgets where an instance lived, which has ended. */
  forgetInstance(id: InstanceId): void {
    this.#instances.delete(id);
  }

  /** Makes the kernel agree with a plan. */
  apply(plan: FabricPlan): void {
    this.#addresses.apply(plan);
    const fresh = plan.natGateways.filter(({ id }) => !this.#natGateways.has(id));
    for (const { id } of fresh) this.#natGateways.set(id, this.#namespaces.make(this.#natRole()));
    this.#ports.apply(plan.ports, (port) => this.#netnsOf(port));
    for (const gateway of fresh) this.#setUp(gateway);
    this.#removeNatGateways(plan);
    this.#routes.apply(plan, this.#ways());
    this.#internet.translate(plan.publicAddresses);
  }

  /** The namespaces by role: `router`, `internet`, `nat`. */
  get namespaces(): Readonly<Record<string, string>> {
    const gateways = [...this.#natGateways.values()];
    return {
      router: this.routerNetns,
      internet: this.internetNetns,
      ...Object.fromEntries(
        gateways.map((netns, index) => [index === 0 ? "nat" : `nat-${index + 1}`, netns]),
      ),
    };
  }

  /** Lets go of the kernel; the namespaces stay until they are deleted. */
  close(): void {
    this.#socket.close();
  }

  #netnsOf({ holder }: Port): string | undefined {
    return holder.kind === "instance"
      ? this.#instances.get(holder.id)
      : this.#natGateways.get(holder.id);
  }

  /** `nat`, then `nat-2` and so on; a number is not used again. */
  #natRole(): string {
    this.#natCount += 1;
    return this.#natCount === 1 ? "nat" : `nat-${this.#natCount}`;
  }

  #setUp(gateway: PlannedNatGateway): void {
    const netns = this.#natGateways.get(gateway.id);
    invariant(netns !== undefined, "its namespace was made before");
    setUpNatGateway(netns, gateway);
  }

  #removeNatGateways({ natGateways }: FabricPlan): void {
    for (const [id, netns] of this.#natGateways) {
      if (natGateways.some((gateway) => gateway.id === id)) continue;
      this.#namespaces.remove(netns);
      this.#natGateways.delete(id);
    }
  }

  #ways(): WaysOut {
    return {
      internet: { linkIndex: this.#internet.linkIndex, gateway: INTERNET_GATEWAY },
      port: (eniId) => {
        const linkIndex = this.#ports.linkIndexOf(eniId);
        const port = this.#ports.portOf(eniId);
        if (linkIndex === undefined || port === undefined) return undefined;
        return { linkIndex, gateway: port.primary };
      },
    };
  }
}
