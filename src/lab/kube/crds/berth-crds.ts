import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { KubeObject } from "../kube-object.ts";

const MANIFESTS = new URL("../../../../deploy/crds/", import.meta.url);

/** The CustomResourceDefinitions of ENIConfig, CNINode and SecurityGroupPolicy, as deploy/crds has them. */
export function berthCrds(): readonly KubeObject[] {
  return readdirSync(MANIFESTS)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => parse(readFileSync(new URL(file, MANIFESTS), "utf8")) as KubeObject);
}
