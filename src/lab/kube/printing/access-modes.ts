const SHORT: readonly (readonly [string, string])[] = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
];

/** Access modes of a volume in short: `RWO,ROX`. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return SHORT.filter(([long]) => modes?.includes(long) === true)
    .map(([, short]) => short)
    .join(",");
}
