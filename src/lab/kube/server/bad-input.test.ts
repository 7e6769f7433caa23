import { connect } from "node:tls";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PODS, startReadyKube } from "../testing/cluster-for-tests.ts";
import { podNamed, type TestKube } from "../testing/kube-for-tests.ts";

let kube: TestKube;
beforeAll(async () => {
  kube = await startReadyKube();
  await kube.send("POST", PODS, { body: podNamed("web") });
});
afterAll(async () => {
  expect((await kube.send("GET", "/readyz")).text).toBe("ok");
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const type = (value: string): Record<string, string> => ({ "content-type": value });
const YAML = type("application/yaml");
const BIG = "x".repeat(3 * 2 ** 20 + 1);

describe("the server answers as the real one", () => {
  test.each([
    {
      name: "a body that is not JSON",
      method: "POST",
      path: PODS,
      body: "{pod",
      code: 400,
      message: /must be of type Pod.*json parse error/,
    },
    { name: "an empty body", method: "POST", path: PODS, body: "", code: 400, message: /<empty>/ },
    {
      name: "a JSON list",
      method: "POST",
      path: PODS,
      body: "[]",
      code: 400,
      message: /must be of type Pod/,
    },
    {
      name: "a JSON number",
      method: "POST",
      path: PODS,
      body: "7",
      code: 400,
      message: /must be of type Pod/,
    },
    {
      name: "null",
      method: "POST",
      path: PODS,
      body: "null",
      code: 400,
      message: /must be of type Pod/,
    },
    {
      name: "YAML that is none",
      method: "POST",
      path: PODS,
      body: "a: [b",
      headers: YAML,
      code: 400,
      message: /error converting YAML to JSON/,
    },
    {
      name: "YAML that grows without end",
      method: "POST",
      path: PODS,
      body: `a: &a [${"x,".repeat(99)}]\nb: &b [${"*a,".repeat(99)}]\nc: [${"*b,".repeat(99)}]`,
      headers: YAML,
      code: 400,
      message: /YAML/,
    },
    {
      name: "a number as metadata",
      method: "POST",
      path: PODS,
      body: { metadata: 5 },
      code: 400,
      message: /cannot unmarshal number/,
    },
    {
      name: "a text where a number belongs",
      method: "POST",
      path: PODS,
      body: podNamed("a", { spec: { priority: "high" } }),
      code: 400,
      message: /cannot unmarshal string/,
    },
    {
      name: "a body of an unknown type",
      method: "POST",
      path: PODS,
      body: "x",
      headers: type("text/csv"),
      code: 415,
      message: /accepted media types include: application\/json/,
    },
    {
      name: "an unknown protobuf kind",
      method: "POST",
      path: PODS,
      body: "k8s\0",
      headers: type("application/vnd.kubernetes.protobuf"),
      code: [400, 415],
      message: /./,
    },
    {
      name: "a body that is too large",
      method: "POST",
      path: PODS,
      body: BIG,
      code: 413,
      message: "Request entity too large: limit is 3145728",
    },
    {
      name: "a body so large that its sender is still writing when it is refused",
      method: "POST",
      path: PODS,
      body: "x".repeat(16 * 2 ** 20),
      code: 413,
      message: "Request entity too large: limit is 3145728",
    },
    {
      name: "an unknown kind",
      method: "GET",
      path: "/api/v1/namespaces/default/frogs",
      code: 404,
      message: "the server could not find the requested resource",
    },
    {
      name: "an unknown group",
      method: "GET",
      path: "/apis/example.com/v1",
      code: 404,
      message: "the server could not find the requested resource",
    },
    {
      name: "an unknown subresource",
      method: "GET",
      path: `${PODS}/web/soul`,
      code: 404,
      message: "the server could not find the requested resource",
    },
    {
      name: "a path of nobody",
      method: "GET",
      path: "/favicon.ico",
      code: 404,
      message: "the server could not find the requested resource",
    },
    {
      name: "a namespace around a node",
      method: "GET",
      path: "/api/v1/namespaces/default/nodes",
      code: 404,
      message: "the server could not find the requested resource",
    },
    {
      name: "a pod without its namespace",
      method: "GET",
      path: "/api/v1/pods/web",
      code: 404,
      message: "the server could not find the requested resource",
    },
    {
      name: "a method of nobody",
      method: "OPTIONS",
      path: PODS,
      code: 405,
      message: /does not allow this method/,
    },
    {
      name: "a POST where nothing is made",
      method: "POST",
      path: "/version",
      code: 405,
      message: /does not allow this method/,
    },
    {
      name: "an Accept that can't be served",
      method: "GET",
      path: PODS,
      headers: { accept: "image/png" },
      code: 406,
      message: /only the following media types/,
    },
    {
      name: "a patch of no known type",
      method: "PATCH",
      path: `${PODS}/web`,
      body: "{}",
      code: 415,
      message: /strategic-merge-patch/,
    },
    {
      name: "a patch that is not JSON",
      method: "PATCH",
      path: `${PODS}/web`,
      body: "{",
      headers: type("application/merge-patch+json"),
      code: 400,
      message: /error decoding patch/,
    },
    {
      name: "a JSON patch that is a map",
      method: "PATCH",
      path: `${PODS}/web`,
      body: "{}",
      headers: type("application/json-patch+json"),
      code: 400,
      message: /./,
    },
    {
      name: "a JSON patch whose test fails",
      method: "PATCH",
      path: `${PODS}/web`,
      body: [{ op: "test", path: "/metadata/name", value: "db" }],
      headers: type("application/json-patch+json"),
      code: 422,
      message: /./,
    },
    {
      name: "a patch that renames",
      method: "PATCH",
      path: `${PODS}/web`,
      body: { metadata: { name: "db" } },
      headers: type("application/merge-patch+json"),
      code: 400,
      message: /name of the object/,
    },
    {
      name: "an apply without a manager",
      method: "PATCH",
      path: `${PODS}/web`,
      body: podNamed("web"),
      headers: type("application/apply-patch+yaml"),
      code: 422,
      message: /fieldManager/,
    },
    {
      name: "force without apply",
      method: "PATCH",
      path: `${PODS}/web?force=true`,
      body: "{}",
      headers: type("application/merge-patch+json"),
      code: 422,
      message: /may not be specified for non-apply patch/,
    },
    {
      name: "a dry run of another word",
      method: "POST",
      path: `${PODS}?dryRun=Some`,
      body: podNamed("a"),
      code: 400,
      message: /dryRun/,
    },
    {
      name: "a field validation of another word",
      method: "POST",
      path: `${PODS}?fieldValidation=Maybe`,
      body: podNamed("a"),
      code: 400,
      message: /fieldValidation/,
    },
    {
      name: "an exec without an upgrade",
      method: "POST",
      path: `${PODS}/web/exec?command=ls`,
      code: 400,
      message: "Upgrade request required",
    },
    {
      name: "a binding to nothing",
      method: "POST",
      path: `${PODS}/web/binding`,
      body: {},
      code: 422,
      message: /target.name: Required value/,
    },
    {
      name: "an eviction of nobody",
      method: "POST",
      path: `${PODS}/nobody/eviction`,
      body: {},
      code: 404,
      message: 'pods "nobody" not found',
    },
    {
      name: "a log of nobody",
      method: "GET",
      path: `${PODS}/nobody/log`,
      code: 404,
      message: 'pods "nobody" not found',
    },
    {
      name: "a log of an unknown container",
      method: "GET",
      path: `${PODS}/web/log?container=x`,
      code: 400,
      message: "container x is not valid for pod web",
    },
  ])("to $name: $code", async ({ method, path, body, headers, code, message }) => {
    const answer = await kube.send(method, path, {
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
    expect([code].flat()).toContain(answer.status);
    expect(answer.json).toMatchObject({ kind: "Status", status: "Failure", code: answer.status });
    expect(answer.json.message).toMatch(message);
  });

  test("unknown fields are refused, told of, or passed over", async () => {
    const body = { metadata: { name: "typo" }, dataa: { a: "b" } };
    const path = "/api/v1/namespaces/default/configmaps";
    const strict = await kube.send("POST", `${path}?fieldValidation=Strict`, { body });
    expect(strict.json.message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dataa"',
    );
    const warned = await kube.send("POST", path, { body });
    expect(warned.headers["warning"]).toBe('299 - "unknown field \\"dataa\\""');
    expect(warned.json.dataa).toBeUndefined();
    const silent = await kube.send("POST", `${path}?fieldValidation=Ignore`, {
      body: { ...body, metadata: { name: "typo-2" } },
    });
    expect(silent.headers["warning"]).toBeUndefined();
    expect(silent.json.dataa).toBeUndefined();
  });

  test("a body without a type is JSON", async () => {
    const made = await kube.send("POST", "/api/v1/namespaces", {
      body: '{"metadata":{"name":"untyped","creationTimestamp":null},"spec":{},"status":{}}',
    });
    expect(made.status).toBe(201);
  });

  test("a body may be YAML", async () => {
    const path = "/api/v1/namespaces/default/configmaps";
    const body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: b\n";
    expect((await kube.send("POST", path, { body, headers: YAML })).json.data).toEqual({ a: "b" });
  });
});

describe("the server stays up when a client", () => {
  const known = (): string => `authorization: Bearer ${kube.api.tokenFor("test-admin")}\r\n`;
  const raw = async (text: string): Promise<string> => {
    const socket = connect({ host: "127.0.0.1", port: kube.port, ca: kube.api.tls.ca });
    await once(socket, "secureConnect");
    socket.write(text);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
    await Promise.race([once(socket, "end"), once(socket, "data")]);
    socket.destroy();
    return Buffer.concat(chunks).toString();
  };

  test("speaks something else than HTTP", async () => {
    expect(await raw("hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
  });

  test("goes in the middle of a body", async () => {
    const socket = connect({ host: "127.0.0.1", port: kube.port, ca: kube.api.tls.ca });
    await once(socket, "secureConnect");
    socket.write(`POST ${PODS} HTTP/1.1\r\nhost: x\r\n${known()}content-length: 100\r\n\r\n{"meta`);
    socket.destroy();
    await once(socket, "close");
    expect((await kube.send("GET", "/livez")).text).toBe("ok");
  });

  test("announces a body that is too large, and is not read on", async () => {
    const head = `POST ${PODS} HTTP/1.1\r\nhost: x\r\n${known()}content-length: 99999999999\r\n\r\n`;
    const answer = await raw(head);
    expect(answer).toMatch(/^HTTP\/1.1 413/);
    expect(answer.toLowerCase()).toContain("connection: close");
  });

  test("asks for an upgrade of nothing", async () => {
    const head = (path: string): string =>
      `GET ${path} HTTP/1.1\r\nhost: x\r\n${known()}connection: upgrade\r\nupgrade: SPDY/3.1\r\n\r\n`;
    expect(await raw(head(`${PODS}/nobody/exec`))).toMatch(/^HTTP\/1.1 404/);
    expect(await raw(head(`${PODS}/web/exec`))).toMatch(/does not have a host assigned/);
    expect(await raw(head("/api/v1/namespaces/default/services/web/portforward"))).toMatch(/404/);
    expect(await raw(head("/version"))).toMatch(/^HTTP\/1.1 200/);
  });
});
