import type { EniId } from "../facts/index.ts";
import { INSTANCE, must } from "./tiny-instance.ts";
import type { TinyWorld } from "./tiny-world.ts";

/** For the tests of this room: a second ENI that hangs on the instance without the agent's doing. */
export async function attachEni(
  world: TinyWorld,
  tags: Record<string, string> = {},
): Promise<EniId> {
  const description = "somebody's";
  const made = {
    subnet: INSTANCE.subnet,
    securityGroups: [],
    description,
    tags,
    unit: "address",
    count: 2,
  } as const;
  const eni = await world.ec2.createEni(made);
  await world.ec2.attachEni({ eni, instance: INSTANCE.instanceId, deviceIndex: 1 });
  return eni;
}

/** For the tests of this room: an ENI of the world. */
export function eniOf(world: TinyWorld, id: EniId): TinyWorld["enis"][number] {
  return must(world.enis.find((eni) => eni.id === id));
}
