import { createHash } from "node:crypto";
import { tarArchive, type TarEntry } from "./tar.ts";

/** An image of one layer. */
export interface OciImage {
  /** With registry and tag, such as `berth.local/echo:1`. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly layer: readonly TarEntry[];
}

/** What an archive of images is made of. */
export interface OciArchiveOptions {
  readonly images: readonly OciImage[];
  /** In Go's words: `amd64`, `arm64`. */
  readonly architecture: string;
}

interface Blob {
  readonly digest: string;
  readonly data: Buffer;
}

/**
 * An OCI image layout (image-spec v1.1) in a tar archive, as `ctr images import` takes it. A layer that several images
 * have is there once.
 */
export function ociArchive({ images, architecture }: OciArchiveOptions): Buffer {
  const blobs = new Map<string, Blob>();
  const layers = new Map<readonly TarEntry[], Blob>();
  const manifests = images.map((image) => {
    const layerBlob = layers.get(image.layer) ?? blobOf(tarArchive(image.layer));
    layers.set(image.layer, layerBlob);
    blobs.set(layerBlob.digest, layerBlob);
    const config = jsonBlob(imageConfig({ image, architecture, layer: layerBlob }));
    const manifest = jsonBlob({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...sizeAndDigest(config) },
      layers: [
        { mediaType: "application/vnd.oci.image.layer.v1.tar", ...sizeAndDigest(layerBlob) },
      ],
    });
    blobs.set(config.digest, config).set(manifest.digest, manifest);
    return {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      ...sizeAndDigest(manifest),
      annotations: { "io.containerd.image.name": image.name },
    };
  });
  return tarArchive([
    fileEntry("oci-layout", Buffer.from(JSON.stringify({ imageLayoutVersion: "1.0.0" }))),
    { kind: "directory", path: "blobs/", mode: 0o755 },
    { kind: "directory", path: "blobs/sha256/", mode: 0o755 },
    ...[...blobs.values()].map(({ digest, data }) =>
      fileEntry(`blobs/${digest.replace(":", "/")}`, data),
    ),
    fileEntry("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }))),
  ]);
}

interface ConfigOptions {
  readonly image: OciImage;
  readonly architecture: string;
  readonly layer: Blob;
}

function imageConfig({ image, architecture, layer }: ConfigOptions): unknown {
  return {
    architecture,
    os: "linux",
    config: { Entrypoint: image.entrypoint, Env: ["PATH=/bin"], WorkingDir: "/" },
    // The layer is not compressed, so its blob digest is its content digest too.
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  };
}

function fileEntry(path: string, data: Uint8Array): TarEntry {
  return { kind: "file", path, mode: 0o644, data };
}

function jsonBlob(value: unknown): Blob {
  return blobOf(Buffer.from(JSON.stringify(value)));
}

function blobOf(data: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(data).digest("hex")}`, data };
}

function sizeAndDigest({ digest, data }: Blob): { size: number; digest: string } {
  return { size: data.length, digest };
}
