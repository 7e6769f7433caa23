/** The version that the server says it is: that of the EKS API server whose behaviour it follows. */
export const GIT_VERSION = "v1.35.2-eks-0000000";

/** The body of `/version`. */
export const VERSION: Readonly<Record<string, string>> = {
  major: "1",
  minor: "35",
  emulationMajor: "1",
  emulationMinor: "35",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "34",
  gitVersion: GIT_VERSION,
  gitCommit: "0000000000000000000000000000000000000000",
  gitTreeState: "clean",
  buildDate: "2026-02-26T00:00:00Z",
  goVersion: "go1.25.7",
  compiler: "gc",
  platform: "linux/amd64",
};
