import { BerthError } from "../../base/index.ts";
import type { PodName } from "../../pool/index.ts";
import type { Time } from "../../time/index.ts";
import { errorFacts } from "../log.ts";
import type { Log } from "../log.ts";
import type { CniEvent } from "../metrics/cni-counters.ts";
import type { AddressStore, StoredAddress } from "./address-store.ts";
import type {
  AddNetworkReply,
  AddNetworkRequest,
  DelNetworkReply,
  DelNetworkRequest,
  IpAllocation,
} from "./messages.ts";
import { fromStockKey } from "./stock-key.ts";

/** What the VPC CNI's plugin is served with. */
export interface StockServiceParts {
  /** One for each network card, in the order of the cards. */
  readonly stores: readonly AddressStore[];
  readonly family: 4 | 6;
  readonly multiNic: "on" | "off";
  /** Undefined: any version of the plugin is served. */
  readonly clientVersion: string | undefined;
  readonly vpcCidrs: () => Promise<readonly string[]>;
  /** Undefined: the node does not translate. */
  readonly snatExclusions: readonly string[] | undefined;
  /** Empty: the plugin asks no policy agent. */
  readonly networkPolicyMode: string;
  /** Puts an address into the pod's annotation, or takes it out; undefined without ANNOTATE_POD_IP. */
  readonly annotate:
    | {
        readonly set: (pod: PodName, address: string) => Promise<void>;
        readonly clear: (pod: PodName, address: string) => Promise<void>;
      }
    | undefined;
  readonly noteCall: (event: CniEvent) => void;
  readonly log: Log;
  readonly time: Time;
}

/** An answer that gRPC carries as a status in place of a reply. */
export class CallRefused extends Error {
  readonly status: "failedPrecondition" | "unknown";

  constructor(status: CallRefused["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** The VPC CNI's plugin looks for these words. */
const UNKNOWN_POD = "datastore: unknown pod";

/**
 * `AddNetwork`: gives the pod an address, and nothing more; the plugin wires it. What goes wrong with addresses is
 * `Success: false` alone, as by the VPC CNI's agent: the plugin's message does not depend on the cause, the log has it.
 */
export async function addNetwork(
  parts: StockServiceParts,
  request: AddNetworkRequest,
): Promise<AddNetworkReply> {
  const startedMs = parts.time.nowMs();
  const reply = await answerAdd(parts, request).catch((error: unknown) => {
    note(parts, { command: "ADD", result: "failed", startedMs });
    throw error;
  });
  note(parts, { command: "ADD", result: reply.Success ? "ok" : "failed", startedMs });
  const { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: pod } = request;
  const addresses = reply.IPAllocationMetadata?.map(addressOf) ?? [];
  parts.log.info({ namespace, pod, success: reply.Success, addresses }, "AddNetwork answered");
  return reply;
}

async function answerAdd(
  parts: StockServiceParts,
  request: AddNetworkRequest,
): Promise<AddNetworkReply> {
  checkVersion(parts, request.ClientVersion);
  const pod = { namespace: request.K8S_POD_NAMESPACE, name: request.K8S_POD_NAME };
  const given = await assignAll(parts, request, pod);
  if (given === undefined) return { Success: false };
  const [first] = given;
  try {
    if (first !== undefined) await parts.annotate?.set(pod, addressOf(first));
  } catch (error) {
    parts.log.error({ ...pod, ...factsOf(error) }, "the pod's annotation can't be written");
    return { Success: false };
  }
  return {
    Success: true,
    IPAllocationMetadata: given,
    ...(await vpcFacts(parts)),
    NetworkPolicyMode: parts.networkPolicyMode,
  };
}

/** One address, from the first card that has one; or one from each. What was assigned before a failure stays until DEL. */
async function assignAll(
  { stores, multiNic, log }: StockServiceParts,
  request: AddNetworkRequest,
  pod: PodName,
): Promise<IpAllocation[] | undefined> {
  const everyCard = request.RequiresMultiNICAttachment;
  const { ContainerID: containerID, IfName: ifName, NetworkName: networkName } = request;
  const incomplete = containerID === "" || ifName === "" || networkName === "";
  if (incomplete || (everyCard && multiNic === "off")) {
    log.warn({ ...pod, containerID, ifName, networkName, everyCard }, "AddNetwork can't be served");
    return undefined;
  }
  const key = fromStockKey({ networkName, containerID, ifName });
  const wanted = everyCard ? stores.length : 1;
  const given: IpAllocation[] = [];
  for (const store of stores) {
    if (given.length === wanted) break;
    try {
      const address = await store.assign({ key, pod });
      if (address !== "noAddress") given.push(toAllocation(address));
      else if (wanted > 1) break;
    } catch (error) {
      log.warn({ ...pod, ...factsOf(error) }, "an address could not be assigned");
      break;
    }
  }
  if (given.length === wanted) return given;
  log.warn({ ...pod, wanted, given: given.length }, "there is no address for this pod");
  return undefined;
}

async function vpcFacts({
  family,
  vpcCidrs,
  snatExclusions,
}: StockServiceParts): Promise<Partial<AddNetworkReply>> {
  const cidrs = await vpcCidrs().catch((error: unknown) => {
    throw new CallRefused("unknown", textOf(error));
  });
  if (family === 6) return { VPCv6CIDRs: cidrs };
  return {
    VPCv4CIDRs: [...cidrs, ...(snatExclusions ?? [])],
    UseExternalSNAT: snatExclusions === undefined,
  };
}

/** `DelNetwork`: takes the addresses back; the plugin has removed, or removes, what it wired. */
export async function delNetwork(
  parts: StockServiceParts,
  request: DelNetworkRequest,
): Promise<DelNetworkReply> {
  const startedMs = parts.time.nowMs();
  const { Reason: reason } = request;
  try {
    const reply = await answerDel(parts, request);
    note(parts, { command: "DEL", result: "ok", startedMs, reason });
    return reply;
  } catch (error) {
    note(parts, { command: "DEL", result: "failed", startedMs, reason });
    throw error;
  }
}

async function answerDel(
  parts: StockServiceParts,
  request: DelNetworkRequest,
): Promise<DelNetworkReply> {
  checkVersion(parts, request.ClientVersion);
  const { ContainerID: containerID, IfName: ifName, NetworkName: networkName } = request;
  const key = fromStockKey({ networkName, containerID, ifName });
  const pod = { namespace: request.K8S_POD_NAMESPACE, name: request.K8S_POD_NAME };
  const released: IpAllocation[] = [];
  try {
    // A pod with an address of each card has as many under the same key.
    for (const store of parts.stores) {
      const address = await store.release(key);
      if (address !== "unknownPod") released.push(toAllocation(address));
    }
    const [first] = released;
    if (first === undefined) throw new Error(UNKNOWN_POD);
    await parts.annotate?.clear(pod, addressOf(first));
  } catch (error) {
    parts.log.info({ ...pod, containerID, error: textOf(error) }, "DelNetwork refused");
    throw new CallRefused("unknown", `1 error occurred:\n\t* ${textOf(error)}\n\n`);
  }
  parts.log.info(
    { ...pod, containerID, addresses: released.map(addressOf) },
    "DelNetwork answered",
  );
  return {
    Success: true,
    IPAllocationMetadata: released,
    NetworkPolicyMode: parts.networkPolicyMode,
  };
}

function checkVersion({ clientVersion }: StockServiceParts, client: string): void {
  if (clientVersion === undefined || clientVersion === client) return;
  throw new CallRefused(
    "failedPrecondition",
    `wrong client version "${client}" (!= "${clientVersion}")`,
  );
}

function note(
  { noteCall, time }: StockServiceParts,
  { startedMs, ...event }: Omit<CniEvent, "tookMs"> & { readonly startedMs: number },
): void {
  noteCall({ ...event, tookMs: time.nowMs() - startedMs });
}

function toAllocation({ family, address, deviceNumber, routeTable }: StoredAddress): IpAllocation {
  return {
    IPv4Addr: family === 4 ? address : "",
    IPv6Addr: family === 6 ? address : "",
    DeviceNumber: deviceNumber,
    RouteTableId: routeTable,
  };
}

function addressOf({ IPv4Addr, IPv6Addr }: IpAllocation): string {
  return IPv4Addr === "" ? IPv6Addr : IPv4Addr;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function factsOf(error: unknown): object {
  return error instanceof BerthError ? errorFacts(error) : { error: textOf(error) };
}
