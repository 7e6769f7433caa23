/** The versions of the CNI specification that Berth speaks, oldest first. */
export const CNI_VERSIONS = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

/** A version of the CNI specification that Berth speaks. */
export type CniVersion = (typeof CNI_VERSIONS)[number];

/** The newest version, used where no configuration says which one the caller speaks. */
export const NEWEST_CNI_VERSION: CniVersion = "1.1.0";

/** The version a text names, or undefined if Berth does not speak it. */
export function parseCniVersion(text: string): CniVersion | undefined {
  return CNI_VERSIONS.find((version) => version === text);
}

/** True when `version` is `floor` or newer. */
export function isAtLeast(version: CniVersion, floor: CniVersion): boolean {
  return CNI_VERSIONS.indexOf(version) >= CNI_VERSIONS.indexOf(floor);
}
