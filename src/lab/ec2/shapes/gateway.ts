import { formatIpv4 } from "../../../net/index.ts";
import type { InternetGateway, NatGateway } from "../../../vpc/index.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { tagItems } from "./tag.ts";
import { timestamp } from "./time.ts";

/** An internet gateway. */
export function internetGatewayXml(gateway: InternetGateway, { region }: World): XmlStruct {
  const { vpcId } = gateway;
  return {
    internetGatewayId: gateway.id,
    ownerId: region.settings.accountId,
    attachmentSet: vpcId === undefined ? [] : [{ vpcId, state: "available" }],
    tagSet: tagItems(region.tags.of(gateway.id)),
  };
}

/** A NAT gateway. */
export function natGatewayXml(gateway: NatGateway, { region }: World): XmlStruct {
  const { elasticIp } = gateway;
  return {
    natGatewayId: gateway.id,
    vpcId: gateway.vpcId,
    subnetId: gateway.subnetId,
    state: gateway.state,
    connectivityType: gateway.connectivity,
    createTime: timestamp(gateway.createdAtMs),
    natGatewayAddressSet: [
      {
        allocationId: elasticIp?.id,
        networkInterfaceId: gateway.eniId,
        privateIp: formatIpv4(gateway.privateIp),
        publicIp: elasticIp === undefined ? undefined : formatIpv4(elasticIp.publicIp),
        isPrimary: true,
        status: "succeeded",
      },
    ],
    tagSet: tagItems(region.tags.of(gateway.id)),
  };
}
