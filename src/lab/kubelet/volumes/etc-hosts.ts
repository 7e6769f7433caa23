import type { Pod } from "kubernetes-types/core/v1";

/** The `/etc/hosts` of a pod: its own name and addresses, and the aliases of its spec. */
export function etcHosts({ metadata, spec, status }: Pod): string {
  const hostname = spec?.hostname ?? metadata?.name ?? "";
  const lines = [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
    ...(status?.podIPs ?? []).map(({ ip }) => `${ip ?? ""}\t${hostname}`),
  ];
  const aliases = (spec?.hostAliases ?? []).map(
    ({ ip, hostnames }) => `${ip ?? ""}\t${(hostnames ?? []).join("\t")}`,
  );
  if (aliases.length > 0) lines.push("", "# Entries added by HostAliases.", ...aliases);
  return `${lines.join("\n")}\n`;
}
