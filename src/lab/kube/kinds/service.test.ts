import { describe, expect, test } from "vitest";
import { create, update } from "./testing.ts";

describe("services", () => {
  const ports = [{ port: 80 }];
  const allocators = {
    allocateClusterIp: (wanted?: string) => wanted ?? "172.20.0.9",
    allocateNodePort: () => 30_001,
  };

  test("get an address", () => {
    const { object, causes } = create("Service", { spec: { ports, clusterIP: "" } }, allocators);
    expect(causes).toEqual([]);
    expect(object["spec"]).toEqual({
      type: "ClusterIP",
      clusterIP: "172.20.0.9",
      clusterIPs: ["172.20.0.9"],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      ports: [{ port: 80, targetPort: 80, protocol: "TCP" }],
    });
    expect(object["status"]).toEqual({ loadBalancer: {} });
  });

  test.each([
    {
      name: "headless",
      spec: { clusterIP: "None" },
      want: { clusterIP: "None", clusterIPs: ["None"] },
    },
    {
      name: "of node ports",
      spec: { type: "NodePort", ports: [{ port: 80 }, { name: "b", port: 81, nodePort: 30_500 }] },
      want: {
        externalTrafficPolicy: "Cluster",
        ports: [{ nodePort: 30_001 }, { nodePort: 30_500 }],
      },
    },
    {
      name: "with a balancer",
      spec: { type: "LoadBalancer", sessionAffinity: "ClientIP" },
      want: {
        allocateLoadBalancerNodePorts: true,
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      },
    },
    {
      name: "with a balancer without node ports",
      spec: { type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports },
      want: { ports: [{ port: 80, targetPort: 80, protocol: "TCP" }] },
    },
  ])("$name", ({ spec, want }) => {
    expect(create("Service", { spec }, allocators).object["spec"]).toMatchObject(want);
  });

  test("a name gets no address", () => {
    const { object } = create(
      "Service",
      { spec: { type: "ExternalName", externalName: "a.b" } },
      allocators,
    );
    expect(object["spec"]).toEqual({
      type: "ExternalName",
      externalName: "a.b",
      sessionAffinity: "None",
    });
  });

  test("without an allocator there is no address", () => {
    expect(create("Service", { spec: { ports } }).object["spec"]).not.toHaveProperty("clusterIP");
  });

  test("an update that names no address and no node port keeps them", () => {
    const spec = { type: "NodePort", ports };
    const more = { ...allocators, allocateNodePort: () => 30_777 };
    const { object, causes } = update(
      "Service",
      { from: { spec: { ...spec, ports: [{ port: 80, nodePort: 30_002 }] } }, to: { spec } },
      more,
    );
    expect(causes).toEqual([]);
    expect(object["spec"]).toMatchObject({
      clusterIP: "172.20.0.9",
      ports: [{ nodePort: 30_002 }],
    });
    const back = update(
      "Service",
      { from: { spec }, to: { spec: { ports, clusterIP: "" } } },
      more,
    );
    expect(back.object["spec"]).toMatchObject({ type: "ClusterIP", clusterIP: "172.20.0.9" });
    expect(back.object["spec"]).not.toHaveProperty("ports.0.nodePort");
    const named = update(
      "Service",
      { from: { spec }, to: { spec: { type: "ExternalName", externalName: "a.b" } } },
      more,
    );
    expect(named.object["spec"]).not.toHaveProperty("clusterIP");
  });
});
