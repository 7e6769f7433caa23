import { expect, test } from "vitest";
import { eniConfigName, placeForEni } from "./eni-place.ts";
import { TinyCluster } from "./tiny-cluster.ts";
import { INSTANCE } from "./tiny-instance.ts";

const KEYS = { annotation: "k8s.amazonaws.com/eniConfig", label: "topology.kubernetes.io/zone" };
const EXTERNAL = { "vpc.amazonaws.com/externalEniConfig": "external" };

test.each([
  { name: "nothing", labels: {}, annotations: {}, want: "default" },
  { name: "the label", labels: { [KEYS.label]: "zone-a" }, annotations: {}, want: "zone-a" },
  {
    name: "the annotation before the label",
    labels: { [KEYS.label]: "zone-a" },
    annotations: { [KEYS.annotation]: "mine" },
    want: "mine",
  },
  {
    name: "the controller's label before both",
    labels: { [KEYS.label]: "zone-a", ...EXTERNAL },
    annotations: { [KEYS.annotation]: "mine" },
    want: "external",
  },
  {
    name: "an empty annotation, which counts",
    labels: { [KEYS.label]: "zone-a" },
    annotations: { [KEYS.annotation]: "" },
    want: "",
  },
])("the name of the ENIConfig comes from $name", ({ labels, annotations, want }) => {
  expect(eniConfigName({ labels, annotations }, KEYS)).toBe(want);
});

test("without custom networking an ENI goes where the primary one is", () => {
  const place = placeForEni({
    instance: INSTANCE,
    customNetworking: undefined,
    cluster: undefined,
  });
  expect(place).toEqual({
    ok: true,
    value: { subnet: INSTANCE.subnet, securityGroups: "primary" },
  });
});

test("an ENIConfig without groups takes those of the primary ENI", () => {
  const cluster = new TinyCluster();
  const given = { instance: INSTANCE, customNetworking: KEYS, cluster };
  expect(placeForEni(given)).toMatchObject({ ok: false, error: { reason: "unread" } });
  cluster.setNode({});
  cluster.configs.set("default", {
    ok: true,
    value: { subnet: INSTANCE.subnet, securityGroups: [] },
  });
  expect(placeForEni(given)).toMatchObject({ ok: true, value: { securityGroups: "primary" } });
});
