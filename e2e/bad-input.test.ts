import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  openKubeClient,
  PODS,
  readKubeconfig,
  type KubeClient,
  type RawRequest,
} from "../src/kube-client/index.ts";
import { KUBECTLS } from "./harness/kube-tools.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const FILE = labFile({
  name: "e2e-bad",
  subnets: { a: "10.0.1.0/24" },
  nodes: [{ name: "one", type: "m5.large", subnet: "a" }],
  workloads: [{ name: "web", replicas: 2 }],
});

const POD_PATH = "/api/v1/namespaces/default/pods";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const MIB = 1 << 20;

interface Refusal extends RawRequest {
  readonly what: string;
  readonly code: number;
  readonly reason: string;
  readonly says: RegExp;
}

const json = { "content-type": "application/json" };

const REFUSALS: readonly Refusal[] = [
  {
    what: "JSON that ends too early",
    ...{ method: "POST", path: CONFIG_MAPS, headers: json, body: '{"metadata": {' },
    ...{ code: 400, reason: "BadRequest", says: /./ },
  },
  {
    what: "a kind that the path is not for",
    ...{ method: "POST", path: POD_PATH, headers: json },
    body: '{"apiVersion":"v1","kind":"Service","metadata":{"name":"x"}}',
    ...{ code: 400, reason: "BadRequest", says: /Service/ },
  },
  {
    what: "a body of four mebibytes",
    ...{ method: "POST", path: CONFIG_MAPS, headers: json, body: `"${"x".repeat(4 * MIB)}"` },
    ...{ code: 413, reason: "RequestEntityTooLarge", says: /limit is 3145728/ },
  },
  {
    what: "a patch of a type that there is not",
    ...{ method: "PATCH", path: `${CONFIG_MAPS}/kube-root-ca.crt`, body: "{}" },
    headers: { "content-type": "application/magic-patch+json" },
    ...{ code: 415, reason: "UnsupportedMediaType", says: /strategic-merge-patch/ },
  },
  {
    what: "a version that is no number",
    ...{ method: "GET", path: POD_PATH, query: { resourceVersion: "not-a-number" } },
    ...{ code: 422, reason: "Invalid", says: /not-a-number/ },
  },
  {
    what: "a stale version",
    ...{ method: "PUT", path: `${CONFIG_MAPS}/kube-root-ca.crt`, headers: json },
    body: JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-root-ca.crt", namespace: "default", resourceVersion: "1" },
    }),
    ...{ code: 409, reason: "Conflict", says: /the object has been modified/ },
  },
  {
    what: "a path that there is not",
    ...{ method: "GET", path: "/apis/nobody/v1/things" },
    ...{ code: 404, reason: "NotFound", says: /could not find the requested resource/ },
  },
];

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}what a lab is asked wrongly`, () => {
  let lab: Lab;
  let client: KubeClient;

  beforeAll(async () => {
    lab = await Lab.up(FILE, ["--mode", "simulated"]);
    const access = await readKubeconfig((await lab.status()).kubeconfig);
    client = openKubeClient(access, { userAgent: "berth-e2e" });
  });
  afterAll(async () => {
    client.close();
    await lab.down();
  });

  test.each(REFUSALS)("$what is refused as by the real server", async (refusal) => {
    const { status, body } = await client.request(refusal);
    const told = JSON.parse(body.toString()) as Record<string, unknown>;
    expect({ ...told, status }).toMatchObject({
      kind: "Status",
      status: refusal.code,
      code: refusal.code,
      reason: refusal.reason,
    });
    expect(told["message"]).toMatch(refusal.says);
  });

  describe.each(KUBECTLS)("%s", (kubectl) => {
    test.each([
      { what: "malformed YAML", manifest: "kind: [Pod\n", says: /error (parsing|converting)/ },
      {
        what: "an unknown kind",
        manifest: "apiVersion: v1\nkind: Unicorn\nmetadata: { name: u }\n",
        says: /no matches for kind "Unicorn" in version "v1"/,
      },
      {
        what: "a Deployment whose selector is not its template's",
        manifest: `apiVersion: apps/v1
kind: Deployment
metadata: { name: odd }
spec:
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: b } }
    spec: { containers: [{ name: c, image: i }] }
`,
        says: /spec\.template\.metadata\.labels.*`selector` does not match template `labels`/,
      },
      {
        what: "a field that there is not",
        manifest: "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: odd }\ndaata: { a: b }\n",
        says: /unknown field "?.*daata/,
      },
    ])("apply of $what says what is wrong", async ({ manifest, says }) => {
      const ended = await lab.tryKubectl(kubectl, ["apply", "-f", "-"], manifest);
      expect(ended.status).not.toBe(0);
      expect(ended.stderr).toMatch(says);
    });

    test("server-side applies of two managers conflict until one is forced", async () => {
      const name = `both-${kubectl.slice(-2)}`;
      const apply = async (manager: string, value: string, more: readonly string[] = []) =>
        lab.tryKubectl(
          kubectl,
          ["apply", "--server-side", `--field-manager=${manager}`, ...more, "-f", "-"],
          JSON.stringify({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name },
            data: { value },
          }),
        );
      expect((await apply("one", "1")).status).toBe(0);
      const second = await apply("two", "2");
      expect(second.status).not.toBe(0);
      expect(second.stderr).toMatch(/conflict with "one".*\.data\.value/);
      expect((await apply("two", "2", ["--force-conflicts"])).status).toBe(0);
    });
  });

  test("clients that hang or vanish in the middle of a watch hurt nobody", async () => {
    const { endpoints } = await lab.status();
    const port = Number(new URL(endpoints.kubernetes).port);
    const hanging = Array.from({ length: 50 }, () => connect(port, "127.0.0.1"));
    for (const socket of hanging) socket.on("error", () => undefined);
    const stops = Array.from({ length: 100 }, () => new AbortController());
    const seen = new Set<number>();
    const watches = stops.map(async ({ signal }, index) =>
      client.watch(PODS, { namespace: "default", signal }, () => seen.add(index)),
    );
    await expect.poll(() => seen.size, { timeout: 20_000 }).toBe(100);
    for (const stop of stops) stop.abort();
    await Promise.allSettled(watches);
    for (const socket of hanging) socket.destroy();
    expect((await client.request({ method: "GET", path: "/readyz" })).body.toString()).toBe("ok");
  });

  test("and after all that the lab does its work", async () => {
    await lab.scale("web", 5);
    const { state, pods } = await lab.allRunning(5);
    expect({ state, pods: pods.length }).toEqual({ state: "running", pods: 5 });
  });
});
