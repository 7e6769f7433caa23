import { expect, test } from "vitest";
import { aggregatedWanted } from "./aggregated.ts";
import { compareVersions } from "./group-versions.ts";

test("versions stand by maturity, then the newest first", () => {
  const versions = ["v1beta1", "foo", "v1", "v2alpha1", "v10", "v2", "v1beta2", "bar"];
  expect(versions.toSorted(compareVersions)).toEqual([
    "v10",
    "v2",
    "v1",
    "v1beta2",
    "v1beta1",
    "v2alpha1",
    "bar",
    "foo",
  ]);
});

test.each([
  {
    name: "kubectl 1.35",
    accept:
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
    want: "v2",
  },
  {
    name: "an older client",
    accept: "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    want: "v2beta1",
  },
  { name: "kubectl 1.20", accept: "application/json, */*", want: undefined },
  { name: "nobody says anything", accept: undefined, want: undefined },
])("$name gets the discovery it asks for", ({ accept, want }) => {
  expect(aggregatedWanted(accept)).toBe(want);
});
