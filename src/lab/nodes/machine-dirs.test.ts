import { expect, test } from "vitest";
import { hostPathOf, machineDirs } from "./machine-dirs.ts";

const hostPath = hostPathOf(machineDirs("/lab/n"), ["/src/berth"]);

test.each([
  { path: "/usr/lib", want: "/usr/lib" },
  { path: "/run/netns", want: "/run/netns" },
  { path: "/var/run/netns/", want: "/run/netns" },
  { path: "/src/berth/src", want: "/src/berth/src" },
  { path: "/src/berthed", want: "/lab/n/disk/src/berthed" },
  { path: "/etc/cni/net.d", want: "/lab/n/cni/net.d" },
  { path: "/opt/cni/bin", want: "/lab/n/cni/bin" },
  { path: "/var/run/berth", want: "/lab/n/run" },
  { path: "/var/run/berthed", want: "/lab/n/disk/run/berthed" },
  { path: "/var/log/pods/x", want: "/lab/n/log/pods/x" },
  { path: "/etc", want: "/lab/n/disk/etc" },
  { path: "/", want: "/lab/n/disk/" },
  { path: "/../etc/./shadow", want: "/lab/n/disk/etc/shadow" },
])("a node's $path", ({ path, want }) => {
  expect(hostPath(path)).toBe(want);
});
