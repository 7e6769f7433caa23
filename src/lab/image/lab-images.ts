import { arch } from "node:process";
import type { Busybox } from "./busybox.ts";
import { ociArchive } from "./oci-archive.ts";
import type { TarEntry } from "./tar.ts";

/** The image that holds a pod's namespaces open. */
export const PAUSE_IMAGE = "berth.local/pause:1";

/** The image of the lab's workloads: tells a caller on port {@link ECHO_PORT} the address it calls from. */
export const ECHO_IMAGE = "berth.local/echo:1";

/** Where a pod of {@link ECHO_IMAGE} listens, plain HTTP. */
export const ECHO_PORT = 8080;

/** The image of the agent: nothing but places at which the machine's programs and Berth's sources are mounted. */
export const AGENT_IMAGE = "berth.local/agent:1";

/** Every image of the lab's own; the first holds pods' namespaces. */
export const LAB_IMAGES: readonly [pause: string, ...others: string[]] = [
  PAUSE_IMAGE,
  ECHO_IMAGE,
  AGENT_IMAGE,
];

// As the first process of its namespace a shell gets SIGTERM only if it asks for it.
const HAS_IPV6 = "ip -6 addr show dev eth0 scope global 2>/dev/null | grep -q inet6";
const SERVE = `trap 'exit 0' TERM INT; at=0.0.0.0; if ${HAS_IPV6}; then at=[::]; fi; httpd -f -p $at:${ECHO_PORT} -h /srv & wait`;
const WAIT = "trap 'exit 0' TERM INT; sleep 2147483647 & wait";

// Of an IPv6 address the server tells the brackets too.
const ANSWER = `#!/bin/sh
you="\${REMOTE_ADDR#[}"
printf 'Content-Type: application/json\\r\\n\\r\\n{"pod":"%s","you":"%s"}\\n' "$(hostname)" "\${you%]}"
`;

/** All images of the lab, in one archive that `ctr images import` takes. */
export function labImages(busybox: Busybox, agentRoot: readonly TarEntry[]): Buffer {
  const layer = layerOf(busybox);
  return ociArchive({
    images: [
      { name: PAUSE_IMAGE, entrypoint: ["/bin/sh", "-c", WAIT], layer },
      { name: ECHO_IMAGE, entrypoint: ["/bin/sh", "-c", SERVE], layer },
      { name: AGENT_IMAGE, entrypoint: [], layer: agentRoot },
    ],
    architecture: arch === "x64" ? "amd64" : arch,
  });
}

function layerOf({ program, applets }: Busybox): TarEntry[] {
  const links = applets.filter((applet) => applet !== "busybox");
  return [
    ...["bin/", "etc/", "proc/", "sys/", "dev/", "srv/", "srv/cgi-bin/"].map((path): TarEntry => ({
      kind: "directory",
      path,
      mode: 0o755,
    })),
    { kind: "directory", path: "tmp/", mode: 0o1777 },
    textFile("etc/passwd", { text: "root:x:0:0:root:/:/bin/sh\n", mode: 0o644 }),
    textFile("etc/group", { text: "root:x:0:\n", mode: 0o644 }),
    textFile("srv/cgi-bin/index.cgi", { text: ANSWER, mode: 0o755 }),
    { kind: "file", path: "bin/busybox", mode: 0o755, data: program },
    ...links.map((applet): TarEntry => ({
      kind: "symlink",
      path: `bin/${applet}`,
      target: "busybox",
    })),
  ];
}

function textFile(path: string, { text, mode }: { text: string; mode: number }): TarEntry {
  return { kind: "file", path, mode, data: Buffer.from(text) };
}
