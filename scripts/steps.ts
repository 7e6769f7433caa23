/** One check of `npm test` that is not a test: a tool that succeeds or fails. */
export interface Step {
  readonly name: string;
  /** The program in node_modules/.bin and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** What to do when it fails. */
  readonly fix: string;
}

/** Checks that read the sources and run none of them. */
export const STATIC_STEPS: readonly Step[] = [
  {
    name: "types",
    command: ["tsc", "-p", "tsconfig.json"],
    fix: "npm run typecheck",
  },
  {
    name: "lint",
    command: ["eslint", "."],
    fix: "npm run lint",
  },
  {
    name: "format",
    command: ["prettier", "--check", "--log-level", "warn", "."],
    fix: "npm run format",
  },
  {
    name: "types of the pure rooms",
    command: ["tsc", "-p", "tsconfig.pure.json"],
    fix: "pass in what the pure room wants from Node; see ARCHITECTURE.md",
  },
  {
    name: "import boundaries",
    command: ["depcruise", "--config", ".dependency-cruiser.js", "src", "e2e", "bench", "scripts"],
    fix: "each rule says which door to use; see .dependency-cruiser.js",
  },
  {
    name: "dead code",
    command: ["knip"],
    fix: "remove what nothing uses; see knip.json",
  },
];
