import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests run the sources: `plumb-ml` resolves by the condition of tsconfig.base.json, so `dist/` plays no part. */
const conditions = ["plumb-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "{bench/lib,examples,scripts}/**/*.test.ts"],
    setupFiles: ["scripts/property-seed.ts"],
    pool: "threads",
    maxWorkers: availableParallelism(),
    watch: false,
    testTimeout: 30_000,
  },
});
