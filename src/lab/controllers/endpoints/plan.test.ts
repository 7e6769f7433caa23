import type { Service } from "kubernetes-types/core/v1";
import { describe, expect, it } from "vitest";
import { podNamed } from "../testing/objects-for-tests.ts";
import { hasSelector, subsetsOf } from "./plan.ts";

const labels = { app: "web" };
const service: Service = {
  spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "web" }] },
};
const named = (containerPort: number): { spec: object } => ({
  spec: { containers: [{ name: "main", ports: [{ name: "web", containerPort }] }] },
});

describe("subsetsOf", () => {
  it("puts pods with the same ports together, ready ones apart from others", () => {
    const pods = [
      podNamed("b", { labels, ip: "10.0.0.2", ready: 5, node: "n", ...named(8080) }),
      podNamed("a", { labels, ip: "10.0.0.1", ready: 5, ...named(8080) }),
      podNamed("c", { labels, ip: "10.0.0.3", ...named(8080) }),
      podNamed("d", { labels, ip: "10.0.0.4", ready: 5, ...named(9090) }),
      podNamed("portless", { labels, ip: "10.0.0.5", ready: 5 }),
      podNamed("no-address", { labels, ready: 5, ...named(8080) }),
      podNamed("going", { labels, ip: "10.0.0.6", ready: 5, deleting: true, ...named(8080) }),
      podNamed("other", { ip: "10.0.0.7", ready: 5, ...named(8080) }),
    ];
    const subsets = subsetsOf(service, pods).map(({ addresses, notReadyAddresses, ports }) => ({
      ready: addresses?.map(({ ip }) => ip),
      notReady: notReadyAddresses?.map(({ ip }) => ip),
      port: ports?.[0]?.port,
    }));
    expect(subsets).toEqual([
      { ready: ["10.0.0.1", "10.0.0.2"], notReady: ["10.0.0.3"], port: 8080 },
      { ready: ["10.0.0.4"], notReady: undefined, port: 9090 },
    ]);
  });

  it("is only for services that select pods", () => {
    expect(hasSelector(service)).toBe(true);
    expect(hasSelector({ spec: {} })).toBe(false);
    expect(hasSelector({ spec: { selector: labels, type: "ExternalName" } })).toBe(false);
  });
});
