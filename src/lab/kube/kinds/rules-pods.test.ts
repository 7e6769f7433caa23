import { describe, expect, test } from "vitest";
import { create, linesOf, update } from "./testing.ts";

const ok = { name: "a", image: "a:1" };

function podLines(spec: object): string[] {
  return linesOf(create("Pod", { spec }));
}

describe("the spec of a pod", () => {
  test.each([
    { name: "no containers", spec: {}, want: ["spec.containers: Required value"] },
    {
      name: "an unknown restart policy",
      spec: { containers: [ok], restartPolicy: "Sometimes" },
      want: [
        'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
      ],
    },
    {
      name: "an unknown DNS policy",
      spec: { containers: [ok], dnsPolicy: "x" },
      want: [
        'spec.dnsPolicy: Unsupported value: "x": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"',
      ],
    },
    {
      name: "two containers of one name",
      spec: { containers: [ok, ok] },
      want: ['spec.containers[1].name: Duplicate value: "a"'],
    },
    {
      name: "an init container of the same name",
      spec: { containers: [ok], initContainers: [ok] },
      want: ['spec.initContainers[0].name: Duplicate value: "a"'],
    },
    {
      name: "two volumes of one name",
      spec: { containers: [ok], volumes: [{ name: "v" }, { name: "v" }] },
      want: ['spec.volumes[1].name: Duplicate value: "v"'],
    },
    {
      name: "a volume without a name",
      spec: { containers: [ok], volumes: [{}] },
      want: ["spec.volumes[0].name: Required value"],
    },
    {
      name: "a grace period below zero",
      spec: { containers: [ok], terminationGracePeriodSeconds: -1 },
      want: [
        "spec.terminationGracePeriodSeconds: Invalid value: -1: must be greater than or equal to 0",
      ],
    },
    {
      name: "a deadline of zero",
      spec: { containers: [ok], activeDeadlineSeconds: 0 },
      want: [
        "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
      ],
    },
    {
      name: "a toleration of nothing",
      spec: { containers: [ok], tolerations: [{ value: "x" }] },
      want: [
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    },
    {
      name: "a toleration with an unknown operator",
      spec: { containers: [ok], tolerations: [{ key: "k", operator: "Like" }] },
      want: [
        'spec.tolerations[0].operator: Unsupported value: "Like": supported values: "Equal", "Exists"',
      ],
    },
    {
      name: "a toleration with an unknown effect",
      spec: { containers: [ok], tolerations: [{ key: "k", operator: "Exists", effect: "No" }] },
      want: [
        'spec.tolerations[0].effect: Unsupported value: "No": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"',
      ],
    },
    {
      name: "a toleration that ends without eviction",
      spec: {
        containers: [ok],
        tolerations: [{ key: "k", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 1 }],
      },
      want: [
        `spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be 'NoExecute' when \`tolerationSeconds\` is set`,
      ],
    },
    {
      name: "a spread without a key",
      spec: {
        containers: [ok],
        topologySpreadConstraints: [{ maxSkew: 0, whenUnsatisfiable: "x" }],
      },
      want: [
        "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
        "spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty",
        'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "x": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
    },
  ])("$name", ({ spec, want }) => {
    expect(podLines(spec)).toEqual(want);
  });

  test.each([
    {
      name: "Exists with a value",
      toleration: { key: "k", operator: "Exists", value: "v" },
      want: "value must be empty when `operator` is 'Exists'",
    },
    {
      name: "a key with a blank",
      toleration: { key: "k k", operator: "Exists" },
      want: "name part must consist of",
    },
    {
      name: "a value with a blank",
      toleration: { key: "k", value: "v v" },
      want: "a valid label must be",
    },
  ])("a toleration: $name", ({ toleration, want }) => {
    expect(podLines({ containers: [ok], tolerations: [toleration] }).join()).toContain(want);
  });

  test.each(["serviceAccountName", "nodeName", "priorityClassName"])(
    "%s must be a name",
    (field) => {
      const [line] = podLines({ containers: [ok], [field]: "A_b" });
      expect(line).toMatch(
        new RegExp(`^spec\\.${field}: Invalid value: "A_b": a lowercase RFC 1123 subdomain`),
      );
    },
  );
});

describe("a container", () => {
  const at = "spec.containers[0]";
  test.each([
    { name: "without a name", container: { image: "a" }, want: [`${at}.name: Required value`] },
    { name: "without an image", container: { name: "a" }, want: [`${at}.image: Required value`] },
    {
      name: "with a blank image",
      container: { ...ok, image: " a " },
      want: [`${at}.image: Invalid value: " a ": must not have leading or trailing whitespace`],
    },
    {
      name: "with an unknown pull policy",
      container: { ...ok, imagePullPolicy: "x" },
      want: [
        `${at}.imagePullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"`,
      ],
    },
    {
      name: "with a port out of range",
      container: { ...ok, ports: [{ containerPort: 70_000 }] },
      want: [
        `${at}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
      ],
    },
    {
      name: "with no port in a port",
      container: { ...ok, ports: [{}] },
      want: [`${at}.ports[0].containerPort: Required value`],
    },
    {
      name: "with a host port out of range",
      container: { ...ok, ports: [{ containerPort: 1, hostPort: -1 }] },
      want: [`${at}.ports[0].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive`],
    },
    {
      name: "with an unknown protocol",
      container: { ...ok, ports: [{ containerPort: 1, protocol: "ICMP" }] },
      want: [
        `${at}.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
      ],
    },
    {
      name: "with two ports of one name",
      container: {
        ...ok,
        ports: [
          { name: "http", containerPort: 1 },
          { name: "http", containerPort: 2 },
        ],
      },
      want: [`${at}.ports[1].name: Duplicate value: "http"`],
    },
    {
      name: "with a port name without letters",
      container: { ...ok, ports: [{ name: "80", containerPort: 80 }] },
      want: [`${at}.ports[0].name: Invalid value: "80": must contain at least one letter (a-z)`],
    },
    {
      name: "with a variable without a name",
      container: { ...ok, env: [{}] },
      want: [`${at}.env[0].name: Required value`],
    },
    {
      name: "with a variable with =",
      container: { ...ok, env: [{ name: "A=B" }] },
      want: [
        `${at}.env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
      ],
    },
    {
      name: "with two sources of a variable",
      container: { ...ok, env: [{ name: "A", value: "b", valueFrom: {} }] },
      want: [
        `${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
      ],
    },
    {
      name: "that requests more than its limit",
      container: { ...ok, resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
      want: [
        `${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
      ],
    },
    {
      name: "that requests less than nothing",
      container: { ...ok, resources: { requests: { cpu: "-1" } } },
      want: [
        `${at}.resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0`,
      ],
    },
    {
      name: "that mounts a volume that is not there",
      container: { ...ok, volumeMounts: [{ name: "v", mountPath: "/v" }] },
      want: [`${at}.volumeMounts[0].name: Not found: "v"`],
    },
    {
      name: "with an empty mount",
      container: { ...ok, volumeMounts: [{}] },
      want: [
        `${at}.volumeMounts[0].name: Required value`,
        `${at}.volumeMounts[0].mountPath: Required value`,
      ],
    },
    {
      name: "with a probe that does nothing",
      container: { ...ok, readinessProbe: {} },
      want: [`${at}.readinessProbe: Required value: must specify a handler type`],
    },
    {
      name: "with a probe below zero",
      container: { ...ok, readinessProbe: { exec: {}, periodSeconds: -1 } },
      want: [
        `${at}.readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`,
      ],
    },
    {
      name: "with a liveness probe that wants two successes",
      container: { ...ok, livenessProbe: { exec: {}, successThreshold: 2 } },
      want: [`${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
    },
  ])("$name", ({ container, want }) => {
    expect(podLines({ containers: [container] })).toEqual(want);
  });

  test("two mounts at one path", () => {
    const volumeMounts = [
      { name: "v", mountPath: "/v" },
      { name: "v", mountPath: "/v" },
    ];
    const spec = { containers: [{ ...ok, volumeMounts }], volumes: [{ name: "v" }] };
    expect(podLines(spec)).toEqual([
      `${at}.volumeMounts[1].mountPath: Invalid value: "/v": must be unique`,
    ]);
  });

  test("another host port on the host's network", () => {
    const spec = {
      hostNetwork: true,
      containers: [{ ...ok, ports: [{ containerPort: 1, hostPort: 2 }] }],
    };
    expect(podLines(spec)).toEqual([
      `${at}.ports[0].hostPort: Invalid value: 2: must match \`containerPort\` when \`hostNetwork\` is true`,
    ]);
  });
});

describe("an update of a pod", () => {
  const stays = { serviceAccountName: "a", automountServiceAccountToken: false };
  const from = {
    spec: {
      ...stays,
      containers: [ok],
      priority: 0,
      preemptionPolicy: "PreemptLowerPriority",
      tolerations: [{ operator: "Exists" }],
    },
  };
  const lines = (spec: object, more = {}): string[] =>
    linesOf(
      update("Pod", {
        from: { spec: { ...from.spec, ...more } },
        to: { spec: { ...from.spec, ...more, ...spec } },
      }),
    );

  test.each([
    { name: "the image", spec: { containers: [{ ...ok, image: "a:2" }] } },
    { name: "a deadline", spec: { activeDeadlineSeconds: 5 } },
    {
      name: "another toleration",
      spec: { tolerations: [{ operator: "Exists" }, { key: "k", operator: "Exists" }] },
    },
  ])("may change $name", ({ spec }) => {
    expect(lines(spec)).toEqual([]);
  });

  test("may not change anything else, and says what was changed", () => {
    const [line, ...more] = lines({ nodeName: "n1", schedulerName: undefined, hostNetwork: true });
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,`spec\.initContainers\[\*\]\.image`,`spec\.activeDeadlineSeconds`,`spec\.tolerations` \(only additions to existing tolerations\)/,
    );
    expect(line).toContain('+ \tnodeName: "n1"');
    expect(lines({}, { nodeName: "n1" })).toEqual([]);
  });

  test("says what is gone", () => {
    const fields = { from: { spec: { ...from.spec, nodeName: "n1" } }, to: from };
    expect(linesOf(update("Pod", fields)).join()).toContain('- \tnodeName: "n1"');
  });

  test.each([
    {
      name: "one container more",
      spec: { containers: [ok, { ...ok, name: "b" }] },
      want: "spec.containers: Forbidden: pod updates may not add or remove containers",
    },
    {
      name: "a toleration taken away",
      spec: { tolerations: [] },
      want: "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    },
    {
      name: "a new gate",
      spec: { schedulingGates: [{ name: "g" }] },
      want: "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'g'",
    },
  ])("$name", ({ spec, want }) => {
    expect(lines(spec)).toEqual([want]);
  });

  test.each([
    { to: 3, want: [] },
    {
      to: 9,
      want: [
        "spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value",
      ],
    },
    {
      to: undefined,
      want: [
        "spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value",
      ],
    },
  ])("a deadline of 5 set to $to", ({ to, want }) => {
    expect(lines({ activeDeadlineSeconds: to }, { activeDeadlineSeconds: 5 })).toEqual(want);
  });

  test("a status or a binding is not held to this", () => {
    const change = { from, to: { spec: { ...from.spec, nodeName: "n1" } } };
    expect(linesOf(update("Pod", change, { subresource: "binding" }))).toEqual([]);
  });
});
