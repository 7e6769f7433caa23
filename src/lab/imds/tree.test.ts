import { expect, test } from "vitest";
import { lookUp } from "./tree.ts";

const TREE = {
  mac: "02:00:00:00:00:01",
  "local-ipv4s": ["10.0.0.4", "10.0.0.9"],
  "ipv4-prefix": [],
  ipv6: undefined,
  "public-keys": {},
  placement: { region: "us-west-2", "availability-zone": "us-west-2a" },
};

test.each([
  { name: "a leaf", path: ["mac"], want: "02:00:00:00:00:01" },
  { name: "a leaf of several lines", path: ["local-ipv4s"], want: "10.0.0.4\n10.0.0.9" },
  { name: "a leaf in a directory", path: ["placement", "region"], want: "us-west-2" },
  { name: "a directory", path: ["placement"], want: "region\navailability-zone" },
  { name: "the root lists only what exists", path: [], want: "mac\nlocal-ipv4s\nplacement/" },
  { name: "an empty list is absent", path: ["ipv4-prefix"], want: undefined },
  { name: "an attribute that it lacks", path: ["ipv6"], want: undefined },
  { name: "an empty directory is absent", path: ["public-keys"], want: undefined },
  { name: "an unknown name", path: ["nope"], want: undefined },
  { name: "nothing under a leaf", path: ["mac", "x"], want: undefined },
  { name: "nothing under a list", path: ["local-ipv4s", "0"], want: undefined },
  { name: "no inherited names", path: ["constructor"], want: undefined },
])("$name", ({ path, want }) => {
  expect(lookUp(TREE, path)).toBe(want);
});
