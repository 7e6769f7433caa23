import { newRandom } from "../../base/index.ts";
import type { ClusterApi } from "../cluster/cluster-api.ts";
import type { Machines } from "../nodes/machines.ts";
import { type BuiltRegion, buildRegion } from "../region/build-region.ts";
import { writeAwsWrapper } from "./aws-wrapper.ts";
import { ClusterView } from "./cluster-view.ts";
import type { LabOptions } from "./lab-options.ts";
import { type Ground, openClusterApi, openGround, openMachines } from "./lab-parts.ts";
import { type Services, startServices } from "./services.ts";

/** The parts of a lab that are there before anything runs in it. */
export interface LabParts {
  readonly built: BuiltRegion;
  readonly ground: Ground;
  readonly services: Services;
  readonly api: ClusterApi;
  readonly machines: Machines;
  readonly view: ClusterView;
}

/** Closes one of them. */
export type Closer = () => Promise<void> | void;

/** Opens one part after the other; `closers` get what closes each. */
export async function openParts(options: LabOptions, closers: Closer[]): Promise<LabParts> {
  const { lab, dir, time, onBug } = options;
  writeAwsWrapper(dir.programs);
  const nowMs = time.nowMs();
  const built = buildRegion(lab, { random: newRandom(nowMs), nowMs });
  const ground = openGround(options, built);
  closers.push(() => ground.fabric?.close());
  const services = await startServices({
    region: built.region,
    time,
    random: newRandom(nowMs + 1),
    ec2: lab.ec2,
    inside: ground.fabric,
    internetServer: lab.internetServer,
    onBug,
  });
  closers.push(() => services.close());
  const api = await openClusterApi(options, { ground, random: newRandom(nowMs + 2) });
  closers.push(() => api.close());
  const client = api.client({ component: "berth-lab", user: "system:admin" });
  closers.push(() => {
    client.close();
  });
  const machines = await openMachines(options, { ground, built, api, ec2: services.askEc2 });
  const view = new ClusterView(client, machines);
  closers.push(
    () => {
      view.close();
    },
    () => machines.close(),
  );
  return { built, ground, services, api, machines, view };
}

/** Closes what was opened, the last first, and forgets it. */
export async function closeAll(closers: Closer[]): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}
