import type { RequestListener } from "node:http";
import type { Random } from "../../base/index.ts";
import type { Ipv4 } from "../../net/index.ts";
import type { Time } from "../../time/index.ts";
import type { Region } from "../../vpc/index.ts";
import {
  createEc2Api,
  type Ec2Api,
  NO_LATENCY,
  PUBLISHED_THROTTLE,
  TYPICAL_LATENCY,
} from "../ec2/index.ts";
import { EC2_ADDRESS, METADATA_ADDRESS } from "../fabric/router.ts";
import { createImds } from "../imds/index.ts";
import type { LabEc2 } from "../labfile/lab-file.ts";
import { type Listening, serveHttp } from "./http.ts";

/** What the services of a lab work with. */
export interface ServiceOptions {
  readonly region: Region;
  readonly time: Time;
  readonly random: Random;
  readonly ec2: LabEc2;
  /** Where nodes find them; undefined when there are none. */
  readonly inside: { readonly routerNetns: string; readonly internetNetns: string } | undefined;
  readonly internetServer: Ipv4;
  readonly onBug: (error: unknown) => void;
}

/** The lab's servers, listening. */
export interface Services {
  /** The EC2 API on this machine's loopback. */
  readonly ec2Port: number;
  /** The same EC2 API for this process, without a connection. */
  readonly askEc2: Ec2Api["ask"];
  /** Every request to it. */
  readonly calls: Ec2Api["calls"];
  close(): Promise<void>;
}

/** Starts the EC2 API for this machine, and inside the fabric the EC2 API, instance metadata and the outside server. */
export async function startServices(options: ServiceOptions): Promise<Services> {
  const { region, time: clock, random, ec2, inside, internetServer, onBug } = options;
  const api = createEc2Api({
    region,
    clock,
    random,
    latency: ec2.latency === "typical" ? TYPICAL_LATENCY : NO_LATENCY,
    throttle: ec2.throttle === "published" ? PUBLISHED_THROTTLE : "off",
    onBug,
  });
  await api.app.ready();
  const own = await serveHttp(api.requestListener, { kind: "loopback", port: 0 });
  const listening = [own];
  if (inside !== undefined) {
    const imds = createImds({ region, nowMs: () => clock.nowMs(), random, onBug });
    await imds.app.ready();
    const at = (netns: string, address: Ipv4, listener: RequestListener): Promise<Listening> =>
      serveHttp(listener, { kind: "netns", netns, address, port: HTTP_PORT });
    listening.push(
      await at(inside.routerNetns, EC2_ADDRESS, api.requestListener),
      await at(inside.routerNetns, METADATA_ADDRESS, imds.requestListener),
      await at(inside.internetNetns, internetServer, tellSource),
    );
  }
  return {
    ec2Port: own.port,
    askEc2: api.ask,
    calls: api.calls,
    close: async () => {
      await Promise.all(listening.map((each) => each.close()));
    },
  };
}

const HTTP_PORT = 80;

/** The server outside the VPC: tells whoever asks the source address that it sees. */
const tellSource: RequestListener = (request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ you: request.socket.remoteAddress })}\n`);
};
