import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inClusterAccess, readKubeconfig } from "./index.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-kubeconfig-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function write(name: string, content: string): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, content);
  return file;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function config({
  cluster = "server: https://10.0.0.1:6443/",
  user = "token: secret",
  more = "",
} = {}): string {
  return `
apiVersion: v1
kind: Config
current-context: lab
contexts: [{name: lab, context: {cluster: c, user: u, namespace: shop}}, {name: bad, context: {cluster: none}}, {name: nobody, context: {cluster: c, user: none}}]
clusters:
- name: c
  cluster:
    ${cluster}
users:
- name: u
  user:
    ${user}
${more}`;
}

describe("readKubeconfig", () => {
  it("reads data in the file", async () => {
    const file = await write(
      "config",
      config({
        cluster: `server: https://10.0.0.1:6443/
    certificate-authority-data: ${base64("CA")}
    tls-server-name: kubernetes`,
        user: `client-certificate-data: ${base64("CERT")}
    client-key-data: ${base64("KEY")}`,
      }),
    );
    const access = await readKubeconfig(file);
    expect(access).toMatchObject({
      server: "https://10.0.0.1:6443",
      ca: "CA",
      tlsServerName: "kubernetes",
      namespace: "shop",
    });
    expect(await access.credentials()).toEqual({ certificate: { cert: "CERT", key: "KEY" } });
  });

  it("reads files relative to it, and the token's again when it is renewed", async () => {
    await write("ca.pem", "CA");
    const tokenFile = await write("token", "first\n");
    const file = await write(
      "config",
      config({
        cluster: "server: http://127.0.0.1:1\n    certificate-authority: ca.pem",
        user: "tokenFile: token",
      }),
    );
    const access = await readKubeconfig(file, { context: "lab" });
    expect(access.ca).toBe("CA");
    expect(await access.credentials()).toEqual({ token: "first" });
    await writeFile(tokenFile, "second");
    expect(await access.credentials()).toEqual({ token: "first" });
    expect(await access.credentials({ renew: true })).toEqual({ token: "second" });
  });

  it("runs a credential plugin until its credentials expire", async () => {
    const plugin = await write(
      "plugin",
      `#!/bin/sh
echo x >> "$1"
case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) ;; *) exit 1;; esac
echo '{"status":{"token":"'$PREFIX-$(wc -l < "$1" | tr -d ' ')'","expirationTimestamp":"2999-01-01T00:00:00Z"}}'
`,
    );
    await chmod(plugin, 0o755);
    const user = `exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: ["${join(dir, "runs")}"], env: [{name: PREFIX, value: t}]}`;
    const access = await readKubeconfig(await write("config", config({ user })));
    expect(await access.credentials()).toMatchObject({ token: "t-1" });
    expect(await access.credentials()).toMatchObject({ token: "t-1" });
    expect(await access.credentials({ renew: true })).toMatchObject({ token: "t-2" });
    expect(await readFile(join(dir, "runs"), "utf8")).toBe("x\nx\n");
  });

  it.each([
    { name: "prints something else", args: '["-c", "echo {}"]' },
    { name: "fails", args: '["-c", "exit 3"]' },
  ])("says so when a credential plugin $name", async ({ args }) => {
    const user = `exec: {command: sh, args: ${args}}`;
    const access = await readKubeconfig(await write("config", config({ user })));
    await expect(access.credentials()).rejects.toMatchObject({ code: "kubeCredentialPlugin" });
  });

  it.each([
    { name: "no YAML", content: "a: [", says: "it is not YAML" },
    { name: "empty", content: "", says: "it is empty" },
    { name: "no current context", content: "kind: Config", says: "no current-context" },
    { name: "unknown context", context: "x", says: 'no context "x"' },
    { name: "unknown cluster", context: "bad", says: 'no cluster "none"' },
    { name: "unknown user", context: "nobody", says: 'no user "none"' },
    {
      name: "no URL",
      content: config({ cluster: "server: 10.0.0.1" }),
      says: "no http or https URL",
    },
    {
      name: "half a certificate",
      content: config({ user: `client-key-data: ${base64("KEY")}` }),
      says: "a client certificate without a key",
    },
  ])("refuses a file with $name", async ({ content = config(), context, says }) => {
    const file = await write("config", content);
    await expect(readKubeconfig(file, { context })).rejects.toMatchObject({
      code: "kubeconfigUnfit",
      message: expect.stringContaining(says) as string,
    });
  });

  it("names the file that does not exist", async () => {
    const file = join(dir, "none");
    await expect(readKubeconfig(file)).rejects.toMatchObject({
      code: "kubeconfigUnreadable",
      message: `Cannot read ${file} (the kubeconfig): ENOENT.`,
    });
  });
});

describe("inClusterAccess", () => {
  const env = { KUBERNETES_SERVICE_HOST: "172.20.0.1", KUBERNETES_SERVICE_PORT: "443" };

  it("is undefined outside of a cluster", () => {
    expect(inClusterAccess({}, dir)).toBeUndefined();
  });

  it("reads the files of the service account", async () => {
    await write("token", "secret\n");
    await write("ca.crt", "CA");
    await write("namespace", "kube-system\n");
    const access = inClusterAccess(env, dir);
    expect(access).toMatchObject({
      server: "https://172.20.0.1:443",
      ca: "CA",
      namespace: "kube-system",
    });
    expect(await access?.credentials()).toEqual({ token: "secret" });
  });

  it("does with a token alone, and an IPv6 address", async () => {
    await write("token", "secret");
    expect(inClusterAccess({ ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, dir)).toMatchObject({
      server: "https://[fd00::1]:443",
      ca: undefined,
      namespace: "default",
    });
  });

  it("says which file is missing", () => {
    expect(() => inClusterAccess(env, dir)).toThrow(/token does not exist/);
  });
});
