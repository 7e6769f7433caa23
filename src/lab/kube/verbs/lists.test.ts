import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PODS, startReadyKube } from "../testing/cluster-for-tests.ts";
import { podNamed, type TestKube } from "../testing/kube-for-tests.ts";
import type { Seen } from "../testing/seen.ts";

let kube: TestKube;
beforeAll(async () => {
  kube = await startReadyKube();
  await kube.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "other" } } });
  await kube.send("POST", "/api/v1/namespaces/other/serviceaccounts", {
    body: { metadata: { name: "default" } },
  });
  for (let at = 0; at < 5; at++) {
    const more = {
      metadata: { labels: { app: at < 3 ? "web" : "db" } },
      spec: at === 0 ? { nodeName: "node-1" } : {},
    };
    await kube.send("POST", PODS, { body: podNamed(`p${at}`, more) });
  }
  await kube.send("POST", "/api/v1/namespaces/other/pods", { body: podNamed("q") });
});
afterAll(async () => {
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const CELLS: unknown = expect.arrayContaining(["p0", "Pending"]);
const names = (list: Seen): string[] => list.items.map(({ metadata }) => metadata.name);

describe("lists", () => {
  test.each([
    { query: "", want: ["p0", "p1", "p2", "p3", "p4"] },
    { query: "labelSelector=app%3Ddb", want: ["p3", "p4"] },
    { query: "fieldSelector=spec.nodeName%3Dnode-1", want: ["p0"] },
    { query: "fieldSelector=spec.nodeName%3D,metadata.name!%3Dp4", want: ["p1", "p2", "p3"] },
    { query: "fieldSelector=metadata.namespace%3Dother", want: [] },
    {
      query: "labelSelector=app%3Dweb&fieldSelector=status.phase%3DPending",
      want: ["p0", "p1", "p2"],
    },
    { query: "resourceVersion=0", want: ["p0", "p1", "p2", "p3", "p4"] },
  ])("?$query", async ({ query, want }) => {
    const { json } = await kube.send("GET", `${PODS}?${query}`);
    expect(json).toMatchObject({ kind: "PodList", apiVersion: "v1" });
    expect(names(json)).toEqual(want);
  });

  test("of all namespaces stand by namespace, then name", async () => {
    expect(names((await kube.send("GET", "/api/v1/pods")).json)).toEqual([
      "p0",
      "p1",
      "p2",
      "p3",
      "p4",
      "q",
    ]);
  });

  test("in pages show one moment", async () => {
    const first = (await kube.send("GET", `${PODS}?limit=2`)).json;
    expect(names(first)).toEqual(["p0", "p1"]);
    expect(first.metadata.remainingItemCount).toBe(3);
    await kube.send("POST", PODS, { body: podNamed("p2b") });
    const next = `${PODS}?limit=2&continue=${first.metadata.continue ?? ""}`;
    const second = (await kube.send("GET", next)).json;
    expect(names(second)).toEqual(["p2", "p3"]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const last = await kube.send(
      "GET",
      `${PODS}?limit=2&continue=${second.metadata.continue ?? ""}`,
    );
    expect(names(last.json)).toEqual(["p4"]);
    expect(last.json.metadata.continue).toBeUndefined();
    await kube.send("DELETE", `${PODS}/p2b`);
  });

  test.each([
    {
      name: "an unknown field",
      query: "fieldSelector=spec.colour%3Dred",
      code: 400,
      message: /spec.colour/,
    },
    { name: "a bad label selector", query: "labelSelector=a%20b", code: 400, message: /a b/ },
    {
      name: "a version of the future",
      query: "resourceVersion=99999999&resourceVersionMatch=NotOlderThan",
      code: 504,
      message: /Too large resource version/,
    },
    {
      name: "a version of the past, exactly",
      query: "resourceVersion=1&resourceVersionMatch=Exact",
      code: 410,
      message: /too old/,
    },
    {
      name: "a version that is none",
      query: "resourceVersion=abc",
      code: 422,
      message: /ParseUint/,
    },
    {
      name: "a match without a version",
      query: "resourceVersionMatch=Exact",
      code: 422,
      message: /forbidden unless/,
    },
    {
      name: "initial events",
      query: "sendInitialEvents=true",
      code: 422,
      message: /forbidden for list/,
    },
    {
      name: "a token of nobody",
      query: "continue=abc",
      code: 400,
      message: /continue key is not valid/,
    },
    {
      name: "a token that is too old",
      query: `continue=${Buffer.from('{"rv":1,"start":"a"}').toString("base64url")}`,
      code: 410,
      message: /too old/,
    },
    { name: "a limit of words", query: "limit=many", code: 400, message: /limit/ },
  ])("refuse $name", async ({ query, code, message }) => {
    const { status, json } = await kube.send("GET", `${PODS}?${query}`);
    expect(json.message).toMatch(message);
    expect(status).toBe(code);
  });

  test("as a Table have columns and rows with metadata", async () => {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const { json } = await kube.send("GET", PODS, { headers: { accept } });
    expect(json.kind).toBe("Table");
    expect(json.columnDefinitions[0]).toMatchObject({ name: "Name", format: "name" });
    expect(json.rows[0]).toMatchObject({
      cells: CELLS,
      object: { kind: "PartialObjectMetadata", metadata: { name: "p0", namespace: "default" } },
    });
  });

  test("as YAML", async () => {
    const { text, headers } = await kube.send("GET", `${PODS}/p0`, {
      headers: { accept: "application/yaml" },
    });
    expect(headers["content-type"]).toBe("application/yaml");
    expect(text).toMatch(/^kind: Pod$/m);
  });

  test("for those who prefer protobuf are JSON, and say so", async () => {
    const accept = "application/vnd.kubernetes.protobuf,application/json";
    const { headers, json } = await kube.send("GET", PODS, { headers: { accept } });
    expect(headers["content-type"]).toBe("application/json");
    expect(json.kind).toBe("PodList");
  });
});
