import { newRandom } from "../../../base/index.ts";
import { describe, expect, test } from "vitest";
import { admitCreate, admitUpdate } from "./admission.ts";
import { kindNamed, linesOf, objectOf, create, update, NOW } from "./testing.ts";

const context = { nowMs: Date.parse(NOW), random: newRandom(1) };
const selector = { matchLabels: { app: "web" } };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "a", image: "a:1" }] },
};
const deployment = { spec: { replicas: 1, selector, template } };

describe("creating", () => {
  test("drops the status that a client sends, but not that of a node", () => {
    const status = { replicas: 7 };
    expect(create("Deployment", { ...deployment, status }).object["status"]).toBeUndefined();
    const node = create("Node", { status: { capacity: { pods: "29" } } }).object;
    expect(node["status"]).toEqual({ capacity: { pods: "29" }, allocatable: { pods: "29" } });
  });

  test("reads null as not given", () => {
    const { object } = create("Deployment", {
      metadata: { creationTimestamp: null, labels: null },
      spec: { ...deployment.spec, replicas: null },
    });
    expect(object["spec"]).toMatchObject({ replicas: 1 });
    expect(object.metadata).not.toHaveProperty("labels");
  });

  test("begins generations at 1, for kinds that have them", () => {
    expect(create("Deployment", deployment).object.metadata.generation).toBe(1);
    expect(create("ConfigMap", {}).object.metadata).not.toHaveProperty("generation");
  });
});

describe("updating", () => {
  test.each([
    { name: "of the spec", spec: { ...deployment.spec, replicas: 2 }, metadata: {}, want: 2 },
    { name: "of nothing", spec: deployment.spec, metadata: {}, want: 1 },
    { name: "of labels", spec: deployment.spec, metadata: { labels: { a: "b" } }, want: 1 },
    {
      name: "that only leaves out defaults",
      spec: { selector, template },
      metadata: {},
      want: 1,
    },
  ])("a change $name: generation $want", ({ spec, metadata, want }) => {
    const { object } = update("Deployment", { from: deployment, to: { spec, metadata } });
    expect(object.metadata.generation).toBe(want);
  });

  test("keeps what no client may set", () => {
    const kind = kindNamed("ConfigMap");
    const old = objectOf(kind, { metadata: { deletionTimestamp: NOW } });
    const next = objectOf(kind, { metadata: { uid: "other", creationTimestamp: NOW } });
    const { object } = admitUpdate(kind, { next, old }, context);
    expect(object.metadata).toEqual(old.metadata);
  });

  test("a write of the object keeps the status", () => {
    const kind = kindNamed("Deployment");
    const old = {
      ...admitCreate(kind, objectOf(kind, deployment), context).object,
      status: { a: 1 },
    };
    const next = { ...old, status: { a: 2 }, spec: { ...deployment.spec, replicas: 3 } };
    const written = admitUpdate(kind, { next, old }, context).object;
    expect(written["status"]).toEqual({ a: 1 });
    expect(written["spec"]).toMatchObject({ replicas: 3 });
  });

  test("a write of the status keeps the rest, besides labels and annotations", () => {
    const kind = kindNamed("Node");
    const old = objectOf(kind, { spec: { providerID: "aws:///a/i-1" }, status: { a: 1 } });
    const next = {
      ...old,
      metadata: { ...old.metadata, labels: { has: "trunk" } },
      spec: {},
      status: { a: 2 },
    };
    const written = admitUpdate(kind, { next, old }, { ...context, subresource: "status" }).object;
    expect(written["status"]).toEqual({ a: 2 });
    expect(written["spec"]).toEqual({ providerID: "aws:///a/i-1" });
    expect(written.metadata.labels).toEqual({ has: "trunk" });
  });

  test("a kind whose content counts, counts all but metadata", () => {
    const changed = update("PriorityClass", {
      from: { value: 1 },
      to: { value: 1, description: "x" },
    });
    expect(changed.object.metadata.generation).toBe(2);
  });
});

const longName = "a".repeat(64);
describe("metadata that is refused", () => {
  test.each([
    {
      name: "no name",
      kind: "ConfigMap",
      metadata: { name: "" },
      want: ["metadata.name: Required value: name or generateName is required"],
    },
    {
      name: "a name that is no subdomain",
      kind: "ConfigMap",
      metadata: { name: "Web_1" },
      want: [
        `metadata.name: Invalid value: "Web_1": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      ],
    },
    {
      name: "a namespace that is too long",
      kind: "Namespace",
      metadata: { name: longName },
      want: [`metadata.name: Invalid value: "${longName}": must be no more than 63 bytes`],
    },
    {
      name: "a service that begins with a digit",
      kind: "Service",
      metadata: { name: "1a" },
      want: [
        `metadata.name: Invalid value: "1a": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
      ],
    },
    {
      name: "a role with a slash",
      kind: "Role",
      metadata: { name: "a/b" },
      want: [`metadata.name: Invalid value: "a/b": may not contain '/'`],
    },
    {
      name: "a label key with a blank",
      kind: "ConfigMap",
      metadata: { labels: { "a b": "c" } },
      want: [
        `metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      ],
    },
    {
      name: "a label value with a blank",
      kind: "ConfigMap",
      metadata: { labels: { a: "b c" } },
      want: [
        `metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ],
    },
    {
      name: "annotations that are too large",
      kind: "ConfigMap",
      metadata: { annotations: { a: "x".repeat(262_144) } },
      want: ["metadata.annotations: Too long: may not be more than 262144 bytes"],
    },
    {
      name: "a finalizer without a domain",
      kind: "ConfigMap",
      metadata: { finalizers: ["mine"] },
      want: [
        `metadata.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified`,
      ],
    },
    {
      name: "a finalizer without a name",
      kind: "ConfigMap",
      metadata: { finalizers: ["a.b/"] },
      want: [`metadata.finalizers: Invalid value: "a.b/": name part must be non-empty`],
    },
    {
      name: "an owner without a uid",
      kind: "ConfigMap",
      metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p" }] },
      want: [`metadata.ownerReferences[0].uid: Invalid value: "": must not be empty`],
    },
  ])("$name", ({ kind, metadata, want }) => {
    const lines = linesOf(create(kind, { metadata }));
    expect(lines).toEqual(expect.arrayContaining(want));
  });

  test("two controllers", () => {
    const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "1", controller: true };
    const lines = linesOf(create("ConfigMap", { metadata: { ownerReferences: [owner, owner] } }));
    expect(lines.join()).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for Pod/p and Pod/p',
    );
  });

  test("a new finalizer on an object that is being deleted", () => {
    const kind = kindNamed("ConfigMap");
    const old = objectOf(kind, { metadata: { deletionTimestamp: NOW, finalizers: ["a.b/c"] } });
    const next = objectOf(kind, { metadata: { finalizers: ["a.b/c", "a.b/d"] } });
    expect(linesOf(admitUpdate(kind, { next, old }, context))).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/d"}',
    ]);
    expect(admitUpdate(kind, { next: old, old }, context).causes).toEqual([]);
  });
});
