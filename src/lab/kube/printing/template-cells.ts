import type { PodTemplateSpec } from "kubernetes-types/core/v1";
import type { Loose } from "../kinds/loose.ts";

/** The cells Containers and Images of a workload: names joined by commas. */
export function templateCells(template: Loose<PodTemplateSpec> | undefined): [string, string] {
  const containers = template?.spec?.containers ?? [];
  return [
    containers.map((container) => container.name ?? "").join(","),
    containers.map((container) => container.image ?? "").join(","),
  ];
}
