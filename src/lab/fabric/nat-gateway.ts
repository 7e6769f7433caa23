import {
  addAddress,
  applyNft,
  getLink,
  openNetlink,
  replaceRoute,
  setLink,
  writeSysctl,
} from "../../dataplane/index.ts";
import { cidrOf, formatIpv4 } from "../../net/index.ts";
import type { PlannedNatGateway } from "./plan.ts";

/**
 * Makes a namespace with one ENI, `eth0`, a NAT gateway: what arrives to be passed on leaves with the gateway's own
 * private address, which the internet gateway then translates to the public one.
 */
export function setUpNatGateway(netns: string, place: PlannedNatGateway): void {
  const { address, subnetBits, gateway } = place;
  writeSysctl(["ipv4", "ip_forward"], 1, { netns });
  writeSysctl(["ipv4", "conf", "all", "rp_filter"], 0, { netns });
  // Every packet leaves by the link it came from; the router must not be told to send elsewhere.
  writeSysctl(["ipv4", "conf", "all", "send_redirects"], 0, { netns });
  writeSysctl(["ipv4", "conf", "eth0", "send_redirects"], 0, { netns });
  const socket = openNetlink(netns);
  try {
    const linkIndex = getLink(socket, "eth0").index;
    setLink(socket, linkIndex, { up: true });
    addAddress(socket, { linkIndex, address, bits: subnetBits });
    replaceRoute(socket, { destination: cidrOf(address, 0), via: gateway, linkIndex });
  } finally {
    socket.close();
  }
  const table = { family: "ip", name: "nat" };
  const chain = { family: "ip", table: "nat", name: "translate" };
  const leaving = { match: { op: "==", left: { meta: { key: "oifname" } }, right: "eth0" } };
  const snat = { snat: { addr: formatIpv4(address), flags: "fully-random" } };
  applyNft({
    netns,
    commands: [
      { add: { table } },
      {
        add: { chain: { ...chain, type: "nat", hook: "postrouting", prio: 100, policy: "accept" } },
      },
      { add: { rule: { family: "ip", table: "nat", chain: "translate", expr: [leaving, snat] } } },
    ],
  });
}
