import { timeText } from "../time/index.ts";
import { ENI_OWNER, TAG_KEYS } from "../facts/index.ts";
import type { EniId, InstanceId } from "../facts/index.ts";
import type { Ec2Eni } from "./ec2.ts";

/** What the tags of this node's ENIs are made of. */
export interface EniTagging {
  readonly instance: InstanceId;
  readonly clusterName: string | undefined;
  readonly additionalTags: Readonly<Record<string, string>>;
}

type Tags = Readonly<Record<string, string>>;

/** The tags that every ENI of the node should have, with the keys of Amazon's VPC CNI v1.23. */
export function ownTags({ instance, clusterName, additionalTags }: EniTagging): Tags {
  const cluster =
    clusterName === undefined
      ? {}
      : { [TAG_KEYS.clusterName]: clusterName, [TAG_KEYS.eniOwner]: ENI_OWNER };
  return { [TAG_KEYS.instanceId]: instance, ...cluster, ...additionalTags };
}

/** The tags of an ENI made at `nowMs`: {@link ownTags} and its age, by which a sweep tells new ENIs from leaked ones. */
export function creationTags(tagging: EniTagging, nowMs: number): Tags {
  return { ...ownTags(tagging), [TAG_KEYS.createdAt]: timeText(nowMs) };
}

/** The tags to write onto an ENI that is taken over: those that are missing or say something else. */
export function missingTags(tagging: EniTagging, present: Tags): Tags {
  return Object.fromEntries(
    Object.entries(ownTags(tagging)).filter(([key, value]) => present[key] !== value),
  );
}

/** Why an ENI is not ours to use, or undefined if it is. Pods are served by network card 0 alone. */
export function whyUnmanaged(
  eni: Ec2Eni,
  {
    instance,
    primary,
    untagged,
  }: { instance: InstanceId; primary: EniId; untagged: "managed" | "ignored" },
): string | undefined {
  if (eni.id === primary) return undefined;
  if ((eni.attachment?.networkCard ?? 0) !== 0) return "it is on another network card";
  if (eni.interfaceType === "efa-only") return "it is an EFA-only interface";
  if (eni.primaryIpv4 === undefined) return "it has no IPv4 address";
  const noManage = eni.tags[TAG_KEYS.noManage];
  if (noManage !== undefined)
    return noManage === "true" ? `it is tagged ${TAG_KEYS.noManage}` : undefined;
  if (eni.tags[TAG_KEYS.instanceId] === instance || untagged === "managed") return undefined;
  return `it lacks the tag ${TAG_KEYS.instanceId} of this instance`;
}
