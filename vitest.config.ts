import { defineConfig } from "vitest/config";

// "@mailwire/source" is an export condition in every package.json that points at src/*.ts,
// so tests (and tsc, and typedoc) read sources and need no build. Publishing drops it.
const conditions = ["@mailwire/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
    reporters: ["default", "./scripts/plain-reporter.ts"],
    testTimeout: 20_000,
    setupFiles: process.env["MAILWIRE_PROPERTY_RUNS"] === undefined ? [] : ["./scripts/property-runs.ts"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      // The adapters of runtimes run on these: pnpm test:deno, pnpm test:workerd.
      exclude: ["packages/{attacks,bench,interop,runtimes}/**", "packages/tls/src/{deno,deno-transport,workers}.ts", "**/*.test.ts"],
      reporter: ["text"],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
