import vitest from "@vitest/eslint-plugin";
import tseslint from "typescript-eslint";

/** Sans-I/O code sees no promise, timer, clock or host global: it is driven, it never acts. */
const IMPURE = [
  "Promise",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "Date",
  "performance",
  "fetch",
  "crypto",
  "process",
  "Buffer",
  "console",
];

export default tseslint.config(
  { ignores: ["**/*.js", "**/*.mjs", "**/*.cjs", "**/dist/", "docs/", "coverage/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: "./tsconfig.json" } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
    },
  },
  {
    files: ["packages/{smtp,pop3,imap}/src/{codec,session}/**/*.ts", "packages/message/src/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-globals": ["error", ...IMPURE],
      "no-restricted-syntax": [
        "error",
        { selector: ":function[async=true], AwaitExpression", message: "codec/ and session/ are sans-I/O: no promises" },
      ],
    },
  },
  {
    // The store's interface waits, memory does not; async makes rejections of what is thrown.
    files: ["packages/mailstore/src/**/*.ts"],
    rules: { "@typescript-eslint/require-await": "off" },
  },
  {
    files: ["**/*.test.ts"],
    plugins: { vitest },
    rules: {
      ...vitest.configs.recommended.rules,
      "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "fc.assert", "assert*", "expect*"] }],
      "@typescript-eslint/require-await": "off",
    },
  },
);
