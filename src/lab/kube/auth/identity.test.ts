import { mkdtemp, rm } from "node:fs/promises";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newRandom } from "../../../base/index.ts";
import { startReadyKube } from "../testing/cluster-for-tests.ts";
import { startKube, type TestKube } from "../testing/kube-for-tests.ts";
import { Tokens } from "./tokens.ts";

let kube: TestKube;
beforeAll(async () => {
  kube = await startReadyKube();
});
afterAll(async () => {
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const ANY_TIME: unknown = expect.stringMatching(/Z$/);

interface Kubeconfig {
  readonly users: readonly {
    readonly user: {
      readonly "client-certificate-data": string;
      readonly "client-key-data": string;
    };
  }[];
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
}

const SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

async function whoAmI(headers: Record<string, string>): Promise<{ readonly username: string }> {
  const { json } = await kube.send("POST", SELF, { body: {}, headers });
  return json.status.userInfo;
}

describe("the server knows its caller", () => {
  test("by a token of a component", async () => {
    const token = kube.api.tokenFor("system:node:node-1");
    expect(await whoAmI({ authorization: `Bearer ${token}` })).toEqual({
      username: "system:node:node-1",
      groups: ["system:nodes", "system:authenticated"],
    });
  });

  test("by a token of a service account, asked for with TokenRequest", async () => {
    const path = "/api/v1/namespaces/default/serviceaccounts/default";
    const body = { spec: { expirationSeconds: 600 } };
    const { status, json } = await kube.send("POST", `${path}/token`, { body });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      kind: "TokenRequest",
      spec: { expirationSeconds: 600 },
      status: { expirationTimestamp: ANY_TIME },
    });
    const account = await kube.send("GET", path);
    const bearer = json.status.token;
    expect(await whoAmI({ authorization: `Bearer ${bearer}` })).toEqual({
      username: "system:serviceaccount:default:default",
      uid: account.json.metadata.uid,
      groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
    });
    const review = await kube.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      body: { spec: { token: bearer } },
    });
    expect(review.json.status).toMatchObject({
      authenticated: true,
      user: { username: "system:serviceaccount:default:default" },
    });
  });

  test("and answers nobody else, but for whether it is up", async () => {
    for (const authorization of ["", "Bearer nonsense", "Bearer a.b.c", "Basic abc"]) {
      const refused = await kube.send("GET", "/api/v1/secrets", { headers: { authorization } });
      expect(refused.json).toMatchObject({ code: 401, reason: "Unauthorized" });
      const shown = await kube.send("GET", "/readyz", { headers: { authorization } });
      expect(shown.status).toBe(200);
    }
    const review = await kube.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      body: { spec: { token: "nonsense" } },
    });
    expect(review.json.status.authenticated).toBe(false);
  });

  test("by the certificate of the kubeconfig", async () => {
    const config = parse(kube.api.adminKubeconfig(`https://127.0.0.1:${kube.port}`)) as Kubeconfig;
    const [user] = config.users.map((entry) => entry.user);
    const [cluster] = config.clusters.map((entry) => entry.cluster);
    const pem = (data = ""): string => Buffer.from(data, "base64").toString();
    const options: RequestOptions = {
      ca: pem(cluster?.["certificate-authority-data"]),
      cert: pem(user?.["client-certificate-data"]),
      key: pem(user?.["client-key-data"]),
      agent: false,
      method: "POST",
      headers: { "content-length": 2 },
    };
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const request = httpsRequest(`${cluster?.server ?? ""}${SELF}`, options, (answer) => {
      text(answer).then(resolve, reject);
    });
    request.on("error", reject);
    request.end("{}");
    expect(JSON.parse(await promise)).toMatchObject({
      status: {
        userInfo: {
          username: "kubernetes-admin",
          groups: ["system:masters", "system:authenticated"],
        },
      },
    });
  });

  test.each(["selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"])(
    "and allows everything (%s)",
    async (plural) => {
      const path = `/apis/authorization.k8s.io/v1/${plural}`;
      const { status, json } = await kube.send("POST", path, {
        body: {
          spec: { namespace: "default", resourceAttributes: { verb: "get", resource: "pods" } },
        },
      });
      expect(status).toBe(201);
      expect(json.status).toMatchObject(
        plural === "selfsubjectrulesreviews" ? { incomplete: false } : { allowed: true },
      );
    },
  );

  test("a token for less than ten minutes, or of nobody, is not given", async () => {
    const path = "/api/v1/namespaces/default/serviceaccounts";
    const body = { spec: { expirationSeconds: 60 } };
    expect((await kube.send("POST", `${path}/default/token`, { body })).status).toBe(422);
    expect((await kube.send("POST", `${path}/nobody/token`, { body: {} })).status).toBe(404);
  });
});

describe("tokens", () => {
  const tokens = new Tokens(undefined, newRandom(1));

  test("end with their time, in the time of the cluster", () => {
    const token = tokens.issue({ user: "me", nowMs: 1_000_000, untilMs: 2_000_000 });
    expect(tokens.recognise(token, 1_999_000)?.name).toBe("me");
    expect(tokens.recognise(token, 2_000_000)).toBeUndefined();
  });

  test("for others are not good here", () => {
    const token = tokens.issue({ user: "me", nowMs: 0, audiences: ["vault"] });
    expect(tokens.recognise(token, 0)).toBeUndefined();
  });

  test("of another key are not known", () => {
    const other = new Tokens(undefined, newRandom(1));
    expect(tokens.recognise(other.issue({ user: "me", nowMs: 0 }), 0)).toBeUndefined();
  });
});

test("authority, tokens and objects outlive the server when there is a snapshot", async () => {
  const directory = await mkdtemp(join(tmpdir(), "berth-kube-"));
  const snapshotFile = join(directory, "kube.json");
  const first = await startKube({ snapshotFile });
  await first.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "kept" } } });
  const token = first.api.tokenFor("me");
  const { ca } = first.api.tls;
  await first.close();

  const second = await startKube({ snapshotFile });
  expect(second.api.tls.ca).toBe(ca);
  expect((await second.send("GET", "/api/v1/namespaces/kept")).status).toBe(200);
  const review = await second.send("POST", SELF, {
    body: {},
    headers: { authorization: `Bearer ${token}` },
  });
  expect(review.json.status.userInfo.username).toBe("me");
  await second.close();
  await rm(directory, { recursive: true });
});
