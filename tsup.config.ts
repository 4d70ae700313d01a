import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** One build for every package: the entries are what its `exports` name as sources. */
interface Manifest {
  exports: Record<string, string | { "@mailwire/source": string }>;
}
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;

export default defineConfig({
  entry: Object.values(exports).flatMap((target) => (typeof target === "string" ? [] : [target["@mailwire/source"]])),
  format: ["esm"],
  // tsup sets baseUrl, which TypeScript 6 deprecates.
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  clean: true,
  sourcemap: true,
  target: "es2022",
  treeshake: true,
  // Deno and Workers know Node's modules only by "node:".
  removeNodeProtocol: false,
});
