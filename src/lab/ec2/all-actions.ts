import { type Action, type ActionTable, actionTable } from "./action.ts";
import { aclActions } from "./actions/acls.ts";
import { getCallerIdentity } from "./actions/caller-identity.ts";
import { cidrReservationActions } from "./actions/cidr-reservations.ts";
import { describeEniActions } from "./actions/describe-enis.ts";
import { describeInstanceTypes } from "./actions/describe-instance-types.ts";
import { describeInstances } from "./actions/describe-instances.ts";
import { elasticIpActions } from "./actions/elastic-ips.ts";
import { eniAddressActions } from "./actions/eni-addresses.ts";
import { eniAttachmentActions } from "./actions/eni-attachments.ts";
import { eniActions } from "./actions/enis.ts";
import { gatewayActions } from "./actions/gateways.ts";
import { groupRuleActions } from "./actions/group-rules.ts";
import { groupActions } from "./actions/groups.ts";
import { routeTableActions } from "./actions/route-tables.ts";
import { routeActions } from "./actions/routes.ts";
import { instanceActions } from "./actions/run-instances.ts";
import { subnetActions } from "./actions/subnets.ts";
import { tagActions } from "./actions/tags.ts";
import { vpcActions } from "./actions/vpcs.ts";
import { zoneActions } from "./actions/zones.ts";
import type { World } from "./world.ts";

const actions: readonly Action<World>[] = [
  ...vpcActions,
  ...subnetActions,
  ...cidrReservationActions,
  ...describeEniActions,
  ...eniActions,
  ...eniAttachmentActions,
  ...eniAddressActions,
  ...tagActions,
  describeInstances,
  describeInstanceTypes,
  ...instanceActions,
  ...groupActions,
  ...groupRuleActions,
  ...routeTableActions,
  ...routeActions,
  ...gatewayActions,
  ...elasticIpActions,
  ...aclActions,
  ...zoneActions,
  getCallerIdentity,
];

/** Every action that the lab's EC2 API has, by name. */
export const EC2_ACTIONS: ActionTable<World> = actionTable(actions);
