import type { InstanceId } from "../../facts/index.ts";

const HOUR_MS = 3_600_000;
const LIFE_MS = 6 * HOUR_MS;

/**
 * The access key id of an instance's role: `ASIA` and the last sixteen digits of the instance id, so that
 * the log of EC2 calls tells which node has called.
 */
export function accessKeyOf(instance: InstanceId): string {
  return `ASIA${instance.slice("i-".length).slice(-16).toUpperCase().padStart(16, "0")}`;
}

/** The role's credentials as instance metadata gives them; they change every hour and live for six. */
export function credentialsJson(instance: InstanceId, nowMs: number): string {
  const updatedMs = nowMs - (nowMs % HOUR_MS);
  return JSON.stringify(
    {
      Code: "Success",
      LastUpdated: secondsIso(updatedMs),
      Type: "AWS-HMAC",
      AccessKeyId: accessKeyOf(instance),
      SecretAccessKey: "lab",
      Token: "lab",
      Expiration: secondsIso(updatedMs + LIFE_MS),
    },
    undefined,
    2,
  );
}

/** `2026-01-02T03:04:05Z` */
export function secondsIso(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, "Z");
}
