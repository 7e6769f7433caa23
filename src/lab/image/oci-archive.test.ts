import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ociArchive } from "./oci-archive.ts";
import { tarArchive } from "./tar.ts";

/** The stock `tar` is the judge of our archives. */
function tar(archive: Buffer, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("tar", [...args], { input: archive });
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
  return stdout.toString();
}

test("tar: files of every size, directories and links", () => {
  const long = "a".repeat(512);
  const archive = tarArchive([
    { kind: "directory", path: "bin/", mode: 0o755 },
    { kind: "file", path: "bin/empty", mode: 0o644, data: new Uint8Array() },
    { kind: "file", path: "bin/block", mode: 0o755, data: Buffer.from(long) },
    { kind: "file", path: "bin/more", mode: 0o755, data: Buffer.from(`${long}b`) },
    { kind: "symlink", path: "bin/sh", target: "more" },
  ]);
  expect(archive.length % 512).toBe(0);
  expect(tar(archive, ["-tf", "-"]).split("\n")).toEqual([
    "bin/",
    "bin/empty",
    "bin/block",
    "bin/more",
    "bin/sh",
    "",
  ]);
  expect(tar(archive, ["-xOf", "-", "bin/more"])).toBe(`${long}b`);
  expect(tar(archive, ["-tvf", "-", "bin/sh"])).toMatch(/^lrwxrwxrwx .*bin\/sh -> more/);
  expect(tar(archive, ["-tvf", "-", "bin/block"])).toMatch(/^-rwxr-xr-x .* 512 .*1970/);
});

test("tar: a path that ustar can't hold is a bug", () => {
  const path = "x".repeat(101);
  expect(() => tarArchive([{ kind: "directory", path, mode: 0 }])).toThrow(RangeError);
});

test("oci: every blob has the name of its content, and all references resolve", () => {
  const layer = [{ kind: "file", path: "hello", mode: 0o644, data: Buffer.from("hi") }] as const;
  const images = [
    { name: "example.test/one:1", entrypoint: ["/one"], layer },
    { name: "example.test/two:1", entrypoint: ["/two"], layer },
  ];
  const archive = ociArchive({ images, architecture: "amd64" });
  const blob = (digest: string): string => {
    const text = tar(archive, ["-xOf", "-", `blobs/${digest.replace(":", "/")}`]);
    expect(`sha256:${createHash("sha256").update(text).digest("hex")}`).toBe(digest);
    return text;
  };
  interface Descriptor {
    digest: string;
    size: number;
    annotations: Record<string, string>;
  }
  const index = JSON.parse(tar(archive, ["-xOf", "-", "index.json"])) as {
    manifests: Descriptor[];
  };
  const found = index.manifests.map(({ digest, size, annotations }) => {
    const manifest = blob(digest);
    expect(manifest.length).toBe(size);
    const { config, layers } = JSON.parse(manifest) as { config: Descriptor; layers: Descriptor[] };
    const parsed = JSON.parse(blob(config.digest)) as {
      config: { Entrypoint: string[] };
      rootfs: { diff_ids: string[] };
    };
    expect(parsed.rootfs.diff_ids).toEqual(layers.map((each) => each.digest));
    for (const each of layers) blob(each.digest);
    return { name: annotations["io.containerd.image.name"], start: parsed.config.Entrypoint };
  });
  expect(found).toEqual([
    { name: "example.test/one:1", start: ["/one"] },
    { name: "example.test/two:1", start: ["/two"] },
  ]);
});
