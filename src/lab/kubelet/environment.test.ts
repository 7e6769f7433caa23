import type { Container } from "kubernetes-types/core/v1";
import { describe, expect, test } from "vitest";
import type { ConfigSource } from "./config-source.ts";
import { apiServerVariables, containerEnvironment } from "./environment.ts";
import { expand } from "./expand.ts";
import { podField, resourceField } from "./field-ref.ts";
import { testPod } from "./testing/test-node.ts";

const NODE = { pods: 29, milliCpu: 1930, memoryBytes: 7 * 2 ** 30 };
const DATA = new Map([["colour", Buffer.from("green")]]);
const CONFIG: ConfigSource = {
  configMap: async (_, name) => (name === "settings" ? DATA : undefined),
  secret: async (_, name) =>
    name === "keys" ? new Map([["key", Buffer.from("s3cret")]]) : undefined,
};

async function environment(container: Partial<Container>): Promise<Record<string, string>> {
  const pod = testPod("web", { container });
  const [main] = pod.spec?.containers ?? [];
  if (main === undefined) throw new Error("a test pod has a container");
  const services = new Map([["KUBERNETES_SERVICE_HOST", "172.20.0.1"]]);
  const parts = { pod, container: main, node: NODE, config: CONFIG, services };
  return Object.fromEntries(await containerEnvironment(parts));
}

describe("containerEnvironment", () => {
  test("values are expanded with what comes before them", async () => {
    const env = [
      { name: "HOST", value: "$(KUBERNETES_SERVICE_HOST)" },
      { name: "URL", value: "http://$(HOST)/$(NONE)/$$(HOST)" },
    ];
    expect(await environment({ env })).toEqual({
      KUBERNETES_SERVICE_HOST: "172.20.0.1",
      HOST: "172.20.0.1",
      URL: "http://172.20.0.1/$(NONE)/$(HOST)",
    });
  });

  test("whole maps, single keys, fields and resources", async () => {
    const values = await environment({
      envFrom: [
        { configMapRef: { name: "settings" }, prefix: "MY_" },
        { secretRef: { name: "keys" } },
      ],
      env: [
        { name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "key" } } },
        { name: "B", valueFrom: { configMapKeyRef: { name: "no", key: "k", optional: true } } },
        { name: "C", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        {
          name: "D",
          valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } },
        },
      ],
    });
    expect(values).toEqual({
      KUBERNETES_SERVICE_HOST: "172.20.0.1",
      MY_colour: "green",
      key: "s3cret",
      A: "s3cret",
      C: "ip-10-0-1-10.ec2.internal",
      D: "7168",
    });
  });

  test.each([
    {
      env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "none", key: "k" } } }],
      message: 'configmap "none" not found',
    },
    {
      env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "size" } } }],
      message: "couldn't find key size in ConfigMap default/settings",
    },
    {
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "k" } } }],
      message: 'secret "none" not found',
    },
    {
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.tea" } } }],
      message: "unsupported fieldPath: spec.tea",
    },
  ])("what is missing is named: $message", async ({ env, message }) => {
    await expect(environment({ env })).rejects.toThrow(message);
  });

  test.each([{ configMapRef: { name: "none" } }, { secretRef: { name: "none" } }])(
    "a whole map that is missing: %o",
    async (source) => {
      await expect(environment({ envFrom: [source] })).rejects.toThrow('"none" not found');
      const optional = Object.fromEntries(
        Object.entries(source).map(([kind, ref]) => [kind, { ...ref, optional: true }]),
      );
      expect(Object.keys(await environment({ envFrom: [optional] }))).toHaveLength(1);
    },
  );

  test("the API server's variables are those of its service", () => {
    expect(apiServerVariables({ host: "172.20.0.1", port: 443 }).get("KUBERNETES_PORT")).toBe(
      "tcp://172.20.0.1:443",
    );
  });
});

test("podField reads labels and annotations, one or all", () => {
  const pod = testPod("web");
  const labelled = { ...pod, metadata: { ...pod.metadata, labels: { b: 'x"y', a: "1" } } };
  expect(podField(labelled, "metadata.labels['a']")).toBe("1");
  expect(podField(labelled, "metadata.annotations['none']")).toBe("");
  expect(podField(labelled, "metadata.labels")).toBe('a="1"\nb="x\\"y"');
});

test("resourceField rounds up, and takes the node's for a limit that is missing", () => {
  const container = { name: "c", resources: { requests: { cpu: "250m" } } };
  const field = (resource: string, divisor?: string) =>
    resourceField(container, { resource, divisor }, NODE);
  expect([field("requests.cpu"), field("requests.cpu", "1m"), field("limits.cpu", "1m")]).toEqual([
    "1",
    "250",
    "1930",
  ]);
  expect([field("requests.memory"), field("tea")]).toEqual(["0", undefined]);
});

test("expand leaves alone what it does not know", () => {
  expect(expand("$(A) $A $$(A) $( $(B", new Map([["A", "1"]]))).toBe("1 $A $(A) $( $(B");
});
