import { defineConfig } from "vitest/config";

const conditions = ["@mailwire/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.interop.ts"],
    reporters: ["default", "../../scripts/plain-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real servers share ports, queues and two cores.
    fileParallelism: false,
  },
});
