/** Where a kubelet of a real node keeps its files. Absolute paths. */
export interface KubeletDirs {
  /** Volumes of pods, as `/var/lib/kubelet/pods` on a machine. */
  readonly pods: string;
  /** Logs of containers, as `/var/log/pods`. */
  readonly logs: string;
  /**
   * Where a path of the node's own file system (a volume of kind `hostPath`) is on this machine: nodes of a lab share a disk.
   * It is asked before the volume's type is checked or made. The path itself when left out.
   */
  readonly hostPath?: ((path: string) => string) | undefined;
}
