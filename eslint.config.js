// In JavaScript because ESLint reads a TypeScript configuration only with one more package, jiti.
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const PURE_ROOMS = ["base", "net", "facts", "pool", "vpc"];

const everywhere = [
  {
    selector: "ExportDefaultDeclaration",
    message:
      "No default exports: export it by name, so that it has one name in the whole repository.",
  },
  {
    selector: "ExportAllDeclaration",
    message: "No `export *`: list the names, so that the door of a room can be read.",
  },
  {
    selector: "TSEnumDeclaration",
    message: "No enums: use a union of words.",
  },
];

const inPureRooms = [
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: "Math.random() is banned in pure rooms: take a `Random` from src/base as a parameter.",
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: "Date.now() is banned in pure rooms: take `nowMs` as a parameter.",
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: "new Date() without arguments is banned in pure rooms: take `nowMs` as a parameter.",
  },
];

export default defineConfig(
  globalIgnores(["build/", "coverage/", "node_modules/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: false, allowDefaultCaseForExhaustiveSwitch: true },
      ],
      "@typescript-eslint/strict-boolean-expressions": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A port may be asynchronous in one implementation and not in another.
      "@typescript-eslint/require-await": "off",
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 4],
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "Only a config.ts reads the environment: take the value as a parameter.",
        },
      ],
      "no-restricted-syntax": ["error", ...everywhere],
      eqeqeq: "error",
    },
  },
  {
    files: PURE_ROOMS.map((room) => `src/${room}/**/*.ts`),
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", ...everywhere, ...inPureRooms] },
  },
  {
    files: ["**/config.ts", "scripts/**/*.ts", "bench/**/*.ts", "e2e/**/*.ts", "**/*.test.ts"],
    rules: { "no-restricted-properties": "off" },
  },
  {
    // A table of cases is one long function by nature.
    files: ["**/*.test.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // The tools that read these two ask for a default export.
    files: ["*.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
