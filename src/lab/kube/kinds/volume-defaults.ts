import type { DownwardAPIVolumeFile, Volume, VolumeProjection } from "kubernetes-types/core/v1";
import { filled, type Loose } from "./loose.ts";

const MODE = 0o644;

/** A volume with what the server fills in; one without a source becomes an `emptyDir`. */
export function defaultVolume(volume: Loose<Volume>): Loose<Volume> {
  if (Object.keys(volume).every((key) => key === "name")) return { ...volume, emptyDir: {} };
  const { secret, configMap, hostPath, downwardAPI, projected } = volume;
  return {
    ...volume,
    ...(secret === undefined ? {} : { secret: filled(secret, { defaultMode: MODE }) }),
    ...(configMap === undefined ? {} : { configMap: filled(configMap, { defaultMode: MODE }) }),
    ...(hostPath === undefined ? {} : { hostPath: filled(hostPath, { type: "" }) }),
    ...(downwardAPI === undefined
      ? {}
      : {
          downwardAPI: {
            ...filled(downwardAPI, { defaultMode: MODE }),
            ...(downwardAPI.items === undefined
              ? {}
              : { items: downwardAPI.items.map(defaultFile) }),
          },
        }),
    ...(projected === undefined
      ? {}
      : {
          projected: {
            ...filled(projected, { defaultMode: MODE }),
            ...(projected.sources === undefined
              ? {}
              : { sources: projected.sources.map(defaultProjection) }),
          },
        }),
  };
}

function defaultProjection(source: Loose<VolumeProjection>): Loose<VolumeProjection> {
  const { serviceAccountToken, downwardAPI } = source;
  return {
    ...source,
    ...(serviceAccountToken === undefined
      ? {}
      : { serviceAccountToken: filled(serviceAccountToken, { expirationSeconds: 3600 }) }),
    ...(downwardAPI?.items === undefined
      ? {}
      : { downwardAPI: { ...downwardAPI, items: downwardAPI.items.map(defaultFile) } }),
  };
}

function defaultFile(file: Loose<DownwardAPIVolumeFile>): Loose<DownwardAPIVolumeFile> {
  if (file.fieldRef === undefined) return file;
  return { ...file, fieldRef: filled(file.fieldRef, { apiVersion: "v1" }) };
}
