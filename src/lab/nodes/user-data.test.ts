import { expect, test } from "vitest";
import { readUserData, writeUserData } from "./user-data.ts";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

test("what was written is read", () => {
  const settings = {
    maxPods: 110,
    labels: { "example.com/group": "a", b: "" },
    taints: [{ key: "k", value: "v", effect: "NoSchedule" }],
  };
  expect(readUserData(writeUserData(settings))).toEqual(settings);
  expect(readUserData(writeUserData({}))).toEqual({ maxPods: undefined, labels: {}, taints: [] });
});

test.each([
  { name: "none", data: undefined, want: undefined },
  {
    name: "a shell script of its own",
    data: encoded("#!/bin/sh\necho hello: [\n"),
    want: undefined,
  },
  {
    name: "a script for bootstrap.sh",
    data: encoded(
      "#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '--max-pods=58 --node-labels=a=b,c=d --register-with-taints=x=y:NoExecute'\n",
    ),
    want: 58,
  },
  {
    name: "a NodeConfig with flags only",
    data: encoded("kind: NodeConfig\nspec: { kubelet: { flags: [--max-pods=9] } }"),
    want: 9,
  },
])("max pods of user data: $name", ({ data, want }) => {
  expect(readUserData(data).maxPods).toBe(want);
});

test("labels and taints of flags", () => {
  const { labels, taints } = readUserData(
    encoded("--node-labels a=b,c=d,e --register-with-taints=x=y:NoExecute"),
  );
  expect(labels).toEqual({ a: "b", c: "d" });
  expect(taints).toEqual([{ key: "x", value: "y", effect: "NoExecute" }]);
});
