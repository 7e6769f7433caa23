import { describe, expect, test } from "vitest";
import { pullPolicyOf } from "./container-defaults.ts";
import { podQuality } from "./pod-quality.ts";
import { create, kindNamed, objectOf } from "./testing.ts";

const bare = { spec: { containers: [{ name: "a", image: "a:1" }] } };

describe("a pod as it is stored", () => {
  test("gets everything the real server fills in", () => {
    const { object, causes } = create("Pod", bare);
    const volume = expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/) as string;
    expect(causes).toEqual([]);
    expect(object["spec"]).toEqual({
      containers: [
        {
          name: "a",
          image: "a:1",
          imagePullPolicy: "IfNotPresent",
          resources: {},
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          volumeMounts: [
            {
              name: volume,
              readOnly: true,
              mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
            },
          ],
        },
      ],
      dnsPolicy: "ClusterFirst",
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
      priority: 0,
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      securityContext: {},
      serviceAccount: "default",
      serviceAccountName: "default",
      terminationGracePeriodSeconds: 30,
      tolerations: ["not-ready", "unreachable"].map((why) => ({
        key: `node.kubernetes.io/${why}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      })),
      volumes: [
        {
          name: volume,
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
              {
                configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] },
              },
              {
                downwardAPI: {
                  items: [
                    {
                      path: "namespace",
                      fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" },
                    },
                  ],
                },
              },
            ],
          },
        },
      ],
    });
    expect(object["status"]).toEqual({ phase: "Pending", qosClass: "BestEffort" });
    expect(object.metadata.generation).toBe(1);
  });

  test.each([
    { name: "by the pod", spec: { automountServiceAccountToken: false }, account: undefined },
    { name: "by its account", spec: {}, account: false },
  ])("a token that is not wanted $name is not mounted", ({ spec, account }) => {
    const { object } = create(
      "Pod",
      { spec: { ...bare.spec, ...spec } },
      {
        lookUp: () => ({
          ...objectOf(kindNamed("ServiceAccount"), {}),
          automountServiceAccountToken: account,
        }),
      },
    );
    expect(object["spec"]).not.toHaveProperty("volumes");
  });

  test("a token that every container mounts by itself is not mounted again", () => {
    const volumeMounts = [
      { name: "t", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ];
    const spec = {
      containers: [{ name: "a", image: "a", volumeMounts }],
      volumes: [{ name: "t", emptyDir: {} }],
    };
    expect(create("Pod", { spec }).object["spec"]).toHaveProperty("volumes.length", 1);
    const two = { ...spec, initContainers: [{ name: "b", image: "b" }] };
    const { object } = create("Pod", { spec: two });
    expect(object["spec"]).toHaveProperty("volumes.length", 2);
    expect(object["spec"]).toHaveProperty("containers.0.volumeMounts.length", 1);
    expect(object["spec"]).toHaveProperty("initContainers.0.volumeMounts.length", 1);
  });

  test("the mirror of a static pod gets no account", () => {
    const metadata = { annotations: { "kubernetes.io/config.mirror": "x" } };
    expect(create("Pod", { ...bare, metadata }).object["spec"]).not.toHaveProperty(
      "serviceAccount",
    );
  });

  test.each([
    { priorityClassName: "system-node-critical", want: { priority: 2_000_001_000 } },
    { priorityClassName: "mine", want: { priority: 7, preemptionPolicy: "Never" } },
  ])("priority class $priorityClassName", ({ priorityClassName, want }) => {
    const { object } = create(
      "Pod",
      { spec: { ...bare.spec, priorityClassName } },
      {
        lookUp: ({ name }) =>
          name === "mine"
            ? objectOf(kindNamed("PriorityClass"), { value: 7, preemptionPolicy: "Never" })
            : undefined,
      },
    );
    expect(object["spec"]).toMatchObject(want);
  });

  test.each([
    { name: "all taints", tolerations: [{ operator: "Exists" }], added: 0 },
    {
      name: "one of the two",
      tolerations: [{ key: "node.kubernetes.io/not-ready", operator: "Exists" }],
      added: 1,
    },
    {
      name: "another effect",
      tolerations: [
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoSchedule" },
      ],
      added: 2,
    },
  ])("a pod that tolerates $name gets $added tolerations more", ({ tolerations, added }) => {
    const { object } = create("Pod", { spec: { ...bare.spec, tolerations } });
    expect(object["spec"]).toHaveProperty("tolerations.length", tolerations.length + added);
  });

  test("on the host's network, host ports are the container's", () => {
    const ports = [{ containerPort: 80 }];
    const spec = { hostNetwork: true, containers: [{ name: "a", image: "a", ports }] };
    expect(create("Pod", { spec }).object["spec"]).toHaveProperty("containers.0.ports", [
      { containerPort: 80, hostPort: 80, protocol: "TCP" },
    ]);
  });

  test("requests are the limits where they are not named", () => {
    const resources = { limits: { cpu: 1, memory: "1024Mi" }, requests: { cpu: "0.5" } };
    const spec = {
      containers: [{ name: "a", image: "a", resources }],
      initContainers: [{ name: "b", image: "b", resources: { requests: { cpu: "1" } } }],
    };
    const { object } = create("Pod", { spec });
    expect(object["spec"]).toHaveProperty("containers.0.resources", {
      limits: { cpu: "1", memory: "1Gi" },
      requests: { cpu: "500m", memory: "1Gi" },
    });
    expect(object["status"]).toMatchObject({ qosClass: "Burstable" });
  });
});

describe("parts of containers and volumes", () => {
  test("probes, hooks and references", () => {
    const container = {
      name: "a",
      image: "a",
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { grpc: { port: 1 }, periodSeconds: 1 },
      startupProbe: { exec: { command: ["x"] } },
      lifecycle: { postStart: { httpGet: { port: 1 } }, preStop: { exec: { command: ["x"] } } },
      env: [
        { name: "A", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        { name: "B", value: "c" },
      ],
    };
    const { object } = create("Pod", { spec: { containers: [container] } });
    expect(object["spec"]).toMatchObject({
      containers: [
        {
          imagePullPolicy: "Always",
          livenessProbe: {
            httpGet: { port: 80, path: "/", scheme: "HTTP" },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          readinessProbe: { grpc: { port: 1, service: "" }, periodSeconds: 1 },
          startupProbe: { exec: { command: ["x"] }, failureThreshold: 3 },
          lifecycle: { postStart: { httpGet: { port: 1, path: "/", scheme: "HTTP" } } },
          env: [
            { valueFrom: { fieldRef: { fieldPath: "spec.nodeName", apiVersion: "v1" } } },
            { name: "B", value: "c" },
          ],
        },
      ],
    });
  });

  test.each([
    { given: {}, want: { emptyDir: {} } },
    { given: { secret: { secretName: "s" } }, want: { secret: { defaultMode: 420 } } },
    { given: { configMap: { name: "c" } }, want: { configMap: { defaultMode: 420 } } },
    { given: { hostPath: { path: "/" } }, want: { hostPath: { path: "/", type: "" } } },
    {
      given: {
        downwardAPI: { items: [{ path: "p", fieldRef: { fieldPath: "f" } }, { path: "q" }] },
      },
      want: {
        downwardAPI: {
          defaultMode: 420,
          items: [{ path: "p", fieldRef: { fieldPath: "f", apiVersion: "v1" } }, { path: "q" }],
        },
      },
    },
    {
      given: {
        projected: {
          sources: [
            { serviceAccountToken: { path: "t" } },
            { downwardAPI: { items: [{ path: "p", fieldRef: { fieldPath: "f" } }] } },
          ],
        },
      },
      want: {
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { path: "t", expirationSeconds: 3600 } },
            { downwardAPI: { items: [{ fieldRef: { apiVersion: "v1" } }] } },
          ],
        },
      },
    },
    { given: { projected: {} }, want: { projected: { defaultMode: 420 } } },
    { given: { downwardAPI: {} }, want: { downwardAPI: { defaultMode: 420 } } },
  ])("a volume $given", ({ given, want }) => {
    const spec = { ...bare.spec, volumes: [{ name: "v", ...given }] };
    expect(create("Pod", { spec }).object["spec"]).toMatchObject({
      volumes: [{ name: "v", ...want }, {}],
    });
  });
});

test.each([
  { image: "nginx", want: "Always" },
  { image: "nginx:latest", want: "Always" },
  { image: "nginx:1", want: "IfNotPresent" },
  { image: "host:5000/nginx", want: "Always" },
  { image: "host:5000/nginx:1", want: "IfNotPresent" },
  { image: "nginx@sha256:00", want: "IfNotPresent" },
])("$image is pulled $want", ({ image, want }) => {
  expect(pullPolicyOf(image)).toBe(want);
});

const full = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
test.each([
  { name: "nothing", resources: {}, want: "BestEffort" },
  { name: "all, equal", resources: full, want: "Guaranteed" },
  {
    name: "cpu only",
    resources: { limits: { cpu: "1" }, requests: { cpu: "1" } },
    want: "Burstable",
  },
  {
    name: "less than the limit",
    resources: { ...full, requests: { cpu: "1", memory: "1Mi" } },
    want: "Burstable",
  },
])("quality of service with $name: $want", ({ resources, want }) => {
  expect(podQuality({ containers: [{ resources }] })).toBe(want);
});
