import { lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { Volume } from "kubernetes-types/core/v1";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryDir } from "../../testing/labs.ts";
import type { ConfigSource } from "../config-source.ts";
import { MAIN, testPod } from "../testing/test-node.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { prepareHostPath } from "./host-path.ts";
import { PodVolumes } from "./pod-volumes.ts";

const root = temporaryDir();
afterAll(() => root.remove());

function file(path: string, text: string) {
  return { path, data: Buffer.from(text), mode: 0o640 };
}

describe("writeAtomically", () => {
  test("files appear behind links, change together, and vanish", () => {
    const dir = `${root.path}/atomic`;
    expect(writeAtomically(dir, [file("a", "1"), file("sub/b", "2")])).toBe(true);
    expect(lstatSync(`${dir}/a`).isSymbolicLink()).toBe(true);
    expect(statSync(`${dir}/a`).mode & 0o777).toBe(0o640);
    expect(writeAtomically(dir, [file("a", "1"), file("sub/b", "2")]), "the same").toBe(false);
    expect(writeAtomically(dir, [file("sub/b", "3"), file("c", "4")])).toBe(true);
    expect(readFileSync(`${dir}/sub/b`, "utf8")).toBe("3");
    expect(readdirSync(dir).filter((name) => !name.startsWith(".."))).toEqual(["c", "sub"]);
    expect(readdirSync(dir)).toHaveLength(4);
  });

  test.each(["../a", "/a", "a/../../b", "..data", ""])("refuses the path %j", (path) => {
    expect(() => writeAtomically(`${root.path}/never`, [file(path, "")])).toThrow("invalid path");
  });
});

describe("prepareHostPath", () => {
  const at = (name: string): string => `${root.path}/host-${name}`;
  writeFileSync(at("file"), "");

  test.each([
    { type: "DirectoryOrCreate", name: "new/dir", made: "directory" },
    { type: "", name: "any", made: "directory" },
    { type: "FileOrCreate", name: "new-file", made: "file" },
    { type: "File", name: "file", made: "file" },
  ])("$type: $name", ({ type, name, made }) => {
    prepareHostPath(at(name), type, "/shown");
    expect(statSync(at(name)).isFile() ? "file" : "directory").toBe(made);
  });

  test.each([
    { type: "Directory", what: "a directory" },
    { type: "DirectoryOrCreate", what: "a directory" },
    { type: "Socket", what: "a socket file" },
    { type: "CharDevice", what: "a character device" },
    { type: "BlockDevice", what: "a block device" },
  ])("a file is no $type", ({ type, what }) => {
    expect(() => prepareHostPath(at("file"), type, "/shown")).toThrow(
      `hostPath type check failed: /shown is not ${what}`,
    );
  });

  test("what is missing is no file", () => {
    expect(() => prepareHostPath(at("none"), "File", "/shown")).toThrow("is not a file");
    expect(() => prepareHostPath(`${at("file")}/x`, "FileOrCreate", "/x")).toThrow();
  });
});

describe("PodVolumes", () => {
  const config: ConfigSource = {
    configMap: async (_, name) =>
      name === "settings" ? new Map([["colour", Buffer.from("green")]]) : undefined,
    secret: async () => new Map([["key", Buffer.from("s3cret")]]),
  };
  const tokens = { token: async () => "a token", forget: () => undefined };
  const node = { pods: 29, milliCpu: 1930, memoryBytes: 2 ** 32 };
  const dirs = {
    pods: `${root.path}/pods`,
    logs: `${root.path}/logs`,
    hostPath: (path: string) => `${root.path}/disk${path}`,
  };
  const volumes = new PodVolumes(dirs, { config, tokens, node });

  function podWith(...list: Volume[]) {
    const volumeMounts = list.map(({ name }) => ({ name, mountPath: `/${name}` }));
    const pod = testPod("web", { volumes: list, container: { volumeMounts } });
    return { ...pod, metadata: { ...pod.metadata, uid: "uid-1", labels: { app: "web" } } };
  }

  /** Where a container finds the volume of that name. */
  function placeOf(pod: ReturnType<typeof podWith>, name: string): string {
    const [main] = pod.spec?.containers ?? [];
    const mounts =
      main === undefined ? [] : volumes.mounts(pod, main, { attempt: 0, env: new Map() });
    return mounts.find(({ containerPath }) => containerPath === `/${name}`)?.hostPath ?? "";
  }

  test("fills volumes from the API", async () => {
    const pod = podWith(
      { name: "map", configMap: { name: "settings", items: [{ key: "colour", path: "a/b" }] } },
      { name: "secret", secret: { secretName: "keys", defaultMode: 0o400 } },
      {
        name: "all",
        projected: {
          sources: [
            { serviceAccountToken: { path: "token", audience: "x" } },
            {
              downwardAPI: {
                items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }],
              },
            },
            {
              downwardAPI: {
                items: [
                  {
                    path: "cpu",
                    resourceFieldRef: { containerName: MAIN, resource: "limits.cpu" },
                  },
                ],
              },
            },
            { configMap: { name: "none", optional: true } },
          ],
        },
      },
      { name: "empty", emptyDir: {} },
      { name: "host", hostPath: { path: "/etc/cni", type: "DirectoryOrCreate" } },
    );
    expect(await volumes.setUp(pod)).toEqual([]);
    const read = (name: string, path: string) =>
      readFileSync(`${placeOf(pod, name)}/${path}`, "utf8");
    expect([
      read("map", "a/b"),
      read("secret", "key"),
      read("all", "token"),
      read("all", "labels"),
      read("all", "cpu"),
    ]).toEqual(["green", "s3cret", "a token", 'app="web"', "2"]);
    expect(placeOf(pod, "host")).toBe(`${root.path}/disk/etc/cni`);
    expect(volumes.changes(pod)).toBe(true);
    expect(readFileSync(placeOf(pod, "etc/hosts"), "utf8")).toContain("localhost");
    volumes.tearDown("uid-1");
    expect(readdirSync(dirs.pods)).toEqual([]);
  });

  test.each<{ volume: Volume; message: string }>([
    { volume: { name: "v", configMap: { name: "none" } }, message: 'configmap "none" not found' },
    {
      volume: { name: "v", configMap: { name: "settings", items: [{ key: "k", path: "k" }] } },
      message: "references non-existent config key: k",
    },
    {
      volume: { name: "v", nfs: { server: "s", path: "/" } },
      message: "no volume plugin matched name: nfs",
    },
    {
      volume: { name: "v", downwardAPI: { items: [{ path: "x", fieldRef: { fieldPath: "no" } }] } },
      message: "unable to get value for the file x",
    },
  ])("says which volume it could not make: $message", async ({ volume, message }) => {
    expect(await volumes.setUp(podWith(volume))).toEqual([{ volume: "v", message }]);
  });

  test("a part of a volume stays inside it", async () => {
    const pod = podWith({ name: "empty", emptyDir: {} });
    const mount = (subPath: string) =>
      volumes.mounts(
        pod,
        { name: MAIN, volumeMounts: [{ name: "empty", mountPath: "/part", subPath }] },
        { attempt: 0, env: new Map() },
      )[0]?.hostPath;
    expect(mount("a/b")).toMatch(/empty-dir\/empty\/a\/b$/);
    expect(() => mount("../../x")).toThrow("leaves the volume");
  });
});
