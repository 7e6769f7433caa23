import type { Action } from "../action.ts";
import { describeAction } from "../describe.ts";
import { Ec2Fault } from "../fault.ts";
import type { World } from "../world.ts";

const describeAvailabilityZones: Action<World> = describeAction({
  name: "DescribeAvailabilityZones",
  set: "availabilityZoneInfo",
  ids: "ZoneName",
  optional: ["ZoneId", "AllAvailabilityZones"],
  key: ["zoneName"],
  filters: {
    "zone-name": "zoneName",
    "zone-id": "zoneId",
    "zone-type": "zoneType",
    state: "zoneState",
    "region-name": "regionName",
    "group-name": "groupName",
    "opt-in-status": "optInStatus",
    "parent-zone-id": "parentZoneId",
    "parent-zone-name": "parentZoneName",
  },
  items: ({ params, world }, names) => {
    const { name: regionName, zones } = world.region.settings;
    const asked = [...names, ...params.list("ZoneId")];
    const unknown = asked.find(
      (word) => !zones.some(({ name, id }) => word === name || word === id),
    );
    if (unknown !== undefined) {
      throw new Ec2Fault("InvalidParameterValue", `Invalid availability zone: [${unknown}]`);
    }
    return zones
      .filter(({ name, id }) => asked.length === 0 || asked.includes(name) || asked.includes(id))
      .map(({ name, id }) => ({
        optInStatus: "opt-in-not-required",
        messageSet: [],
        regionName,
        zoneName: name,
        zoneId: id,
        groupName: `${regionName}-zg-1`,
        networkBorderGroup: regionName,
        zoneType: "availability-zone",
        zoneState: "available",
      }));
  },
});

const describeRegions: Action<World> = describeAction({
  name: "DescribeRegions",
  set: "regionInfo",
  ids: "RegionName",
  optional: ["AllRegions"],
  key: ["regionName"],
  filters: {
    "region-name": "regionName",
    endpoint: "regionEndpoint",
    "opt-in-status": "optInStatus",
  },
  items: ({ world }, names) => {
    const { name: regionName } = world.region.settings;
    const unknown = names.find((name) => name !== regionName);
    if (unknown !== undefined) {
      throw new Ec2Fault("InvalidParameterValue", `Invalid region: [${unknown}]`);
    }
    const regionEndpoint = `ec2.${regionName}.amazonaws.com`;
    return [{ regionName, regionEndpoint, optInStatus: "opt-in-not-required" }];
  },
});

/** The actions that show where things are. */
export const zoneActions: readonly Action<World>[] = [describeAvailabilityZones, describeRegions];
