// Who may import whom. ARCHITECTURE.md explains the rooms; `npm run boundaries` checks them.

const PURE = "^src/(base|net|facts|pool|vpc)/";
const TEST = "\\.test\\.ts$";
/** Tests, and the small worlds that they share. */
const FOR_TESTS = "(\\.test|/tiny-[^/]+)\\.ts$";

/** What a room may import beside itself, Node and packages. The rooms that are not named may enter every door. */
const MAY_ENTER = {
  dataplane: ["base", "net", "facts"],
  cni: ["base", "net", "facts"],
  report: ["base", "net", "facts", "pool", "vpc"],
  time: ["base"],
  "kube-client": ["base", "time"],
  agent: ["base", "net", "facts", "pool", "cni", "dataplane", "time", "kube-client"],
  lab: ["base", "net", "facts", "vpc", "cni", "dataplane", "time", "kube-client"],
};

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      comment: "Two files that need each other are one file, or have a third one between them.",
      from: {},
      to: { circular: true },
    },
    {
      name: "pure-rooms-import-pure-rooms",
      severity: "error",
      comment: "base, net, facts, pool and vpc run in a browser too: pass in what they need.",
      from: { path: PURE, pathNot: FOR_TESTS },
      to: { pathNot: PURE },
    },
    {
      name: "one-door-a-room",
      severity: "error",
      comment: "Other rooms import src/<room>/index.ts; add the name there.",
      from: { path: "^(?:src/([^/]+)|e2e|bench|scripts)/" },
      to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", "^src/[^/]+/index\\.ts$"] },
    },
    {
      name: "nobody-imports-cli",
      severity: "error",
      comment: "cli parses, calls and prints. What others need from it belongs in a room.",
      from: { pathNot: "^src/cli/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "nobody-imports-tests",
      severity: "error",
      comment: "Shared test helpers live in files that are not tests.",
      from: {},
      to: { path: TEST },
    },
    {
      name: "no-unresolved-imports",
      severity: "error",
      comment: "The file or package does not exist.",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-packages-at-run-time",
      severity: "error",
      comment: "Sources that ship may only use packages listed as dependencies in package.json.",
      from: { path: "^src/", pathNot: FOR_TESTS },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    ...Object.entries(MAY_ENTER).map(([room, doors]) => ({
      name: `doors-from-${room}`,
      severity: "error",
      comment: `${room} imports ${doors.join(", ")} and nothing else of ours.`,
      from: { path: `^src/${room}/`, pathNot: TEST },
      to: { path: "^src/", pathNot: `^src/(${[room, ...doors].join("|")})/` },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      mainFields: ["module", "main", "types"],
    },
  },
};
