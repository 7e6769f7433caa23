import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { Container, Pod, Volume } from "kubernetes-types/core/v1";
import { expand } from "../expand.ts";
import type { KubeletDirs } from "../kubelet-dirs.ts";
import { podParts } from "../pod-view.ts";
import type { RuntimeMount } from "../runtime.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { etcHosts } from "./etc-hosts.ts";
import { prepareHostPath } from "./host-path.ts";
import { isProjected, projectedFiles, type ProjectionSources } from "./project.ts";
import { MountError } from "./projected-file.ts";

/** A volume that could not be made. */
export interface FailedVolume {
  readonly volume: string;
  readonly message: string;
}

const PROPAGATION: Readonly<Record<string, RuntimeMount["propagation"]>> = {
  None: "private",
  HostToContainer: "hostToContainer",
  Bidirectional: "bidirectional",
};

const KINDS = {
  emptyDir: "kubernetes.io~empty-dir",
  projected: "kubernetes.io~projected",
} as const;

/** Makes, fills and removes the volumes of a node's pods below a directory. */
export class PodVolumes {
  readonly #dirs: KubeletDirs;
  readonly #sources: ProjectionSources;

  constructor(dirs: KubeletDirs, sources: ProjectionSources) {
    this.#dirs = dirs;
    this.#sources = sources;
  }

  /** Makes what is missing of a pod's volumes and brings the others up to date. Answers which it could not. */
  async setUp(pod: Pod): Promise<FailedVolume[]> {
    const failed: FailedVolume[] = [];
    for (const volume of pod.spec?.volumes ?? []) {
      try {
        await this.#setUpVolume(pod, volume);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        failed.push({ volume: volume.name, message });
      }
    }
    return failed;
  }

  /** Whether something of a pod has to be brought up to date as time passes. */
  changes(pod: Pod): boolean {
    return (pod.spec?.volumes ?? []).some(isProjected);
  }

  /** What a container sees of the pod's volumes, of `/etc/hosts` and of its termination log. */
  mounts(
    pod: Pod,
    container: Container,
    { attempt, env }: { attempt: number; env: ReadonlyMap<string, string> },
  ): RuntimeMount[] {
    const { uid, spec } = podParts(pod);
    const mounts = (container.volumeMounts ?? []).map((mount): RuntimeMount => {
      const volume = spec.volumes?.find(({ name }) => name === mount.name);
      if (volume === undefined) throw new MountError(`no volume ${mount.name}`);
      const sub = mount.subPath ?? expand(mount.subPathExpr ?? "", env);
      return {
        containerPath: posix.resolve("/", mount.mountPath),
        hostPath: this.#subPath(this.#pathOf(uid, volume), sub),
        readOnly: mount.readOnly === true,
        propagation: PROPAGATION[mount.mountPropagation ?? "None"] ?? "private",
      };
    });
    const hosts = this.#hostsFile(pod);
    const taken = new Set(mounts.map(({ containerPath }) => containerPath));
    if (hosts !== undefined && !taken.has("/etc/hosts")) {
      mounts.push(writable({ containerPath: "/etc/hosts", hostPath: hosts }));
    }
    const log = this.terminationLog(uid, container.name, attempt);
    mkdirSync(join(log, ".."), { recursive: true });
    writeFileSync(log, "");
    chmodSync(log, 0o666);
    const containerPath = container.terminationMessagePath ?? "/dev/termination-log";
    return [...mounts, writable({ containerPath, hostPath: log })];
  }

  /** The file that a container may leave its last words in. */
  terminationLog(uid: string, container: string, attempt: number): string {
    return join(this.#dirs.pods, uid, "containers", container, String(attempt));
  }

  /** Removes everything of a pod. Its containers must have ended. */
  tearDown(uid: string): void {
    rmSync(join(this.#dirs.pods, uid), { recursive: true, force: true });
    this.#sources.tokens.forget(uid);
  }

  async #setUpVolume(pod: Pod, volume: Volume): Promise<void> {
    const { uid, spec } = podParts(pod);
    const path = this.#pathOf(uid, volume);
    if (isProjected(volume)) {
      writeAtomically(path, await projectedFiles(pod, volume, this.#sources));
      return;
    }
    if (volume.hostPath !== undefined) {
      prepareHostPath(path, volume.hostPath.type ?? "", volume.hostPath.path);
      return;
    }
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    const group = spec.securityContext?.fsGroup;
    if (group === undefined) return;
    chownSync(path, 0, group);
    chmodSync(path, 0o2777);
  }

  #pathOf(uid: string, volume: Volume): string {
    const { hostPath, emptyDir, name } = volume;
    if (hostPath !== undefined) return this.#dirs.hostPath?.(hostPath.path) ?? hostPath.path;
    if (emptyDir === undefined && !isProjected(volume)) {
      const kind = Object.keys(volume).find((key) => key !== "name") ?? "nothing";
      throw new MountError(`no volume plugin matched name: ${kind}`);
    }
    const kind = emptyDir === undefined ? KINDS.projected : KINDS.emptyDir;
    return join(this.#dirs.pods, uid, "volumes", kind, name);
  }

  #subPath(path: string, sub: string): string {
    if (sub === "") return path;
    const target = posix.join(path, sub);
    if (!target.startsWith(`${path}/`)) throw new MountError(`subPath ${sub} leaves the volume`);
    mkdirSync(posix.dirname(target), { recursive: true });
    return target;
  }

  /** A file of the pod's own, once its address is known; pods on the host's network see the node's. */
  #hostsFile(pod: Pod): string | undefined {
    const { uid, spec } = podParts(pod);
    if (spec.hostNetwork === true) return undefined;
    const file = join(this.#dirs.pods, uid, "etc-hosts");
    mkdirSync(join(this.#dirs.pods, uid), { recursive: true });
    writeFileSync(file, etcHosts(pod));
    return file;
  }
}

function writable(paths: Pick<RuntimeMount, "containerPath" | "hostPath">): RuntimeMount {
  return { ...paths, readOnly: false, propagation: "private" };
}
