// All test files and vitest's runner, or a program, as one file that any runtime can run: what a runtime has not (files, Node's modules) is left out or put in.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { BuildOptions, Plugin } from "esbuild";
import type { Job } from "./report.ts";

/** What the bundle is made for. */
export interface Target {
  /** Whether Node's modules are there, or only {@link documentsAsFs}. */
  readonly hasNodeModules: boolean;
  /** Statement that runs what the variable `run` holds: `await run()` or what the runtime calls later. */
  readonly start: string;
  /** Modules that only the runtime itself has. */
  readonly external: readonly string[];
}

/** The workspace's root, from where all paths count. */
export const ROOT = resolve(import.meta.dirname, "../../..");

/** Bundles `files` (paths from the root) with the job into `outfile`. */
export async function bundle(files: readonly string[], job: Job, target: Target, outfile: string): Promise<void> {
  const loaders = files.map((file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(`./${file}`)}),`);
  const entry = [
    `import { runTests } from "./packages/runtimes/src/inside/run.ts";`,
    `const run = () => runTests({ ${loaders.join("\n")} }, ${JSON.stringify(job)});`,
    target.start,
  ];
  await build({
    ...optionsFor(target),
    stdin: { contents: entry.join("\n"), resolveDir: ROOT, sourcefile: "all-tests.js" },
    outfile,
    plugins: [placeOfModule, ...(target.hasNodeModules ? [] : [documentsAsFs])],
  });
}

/** Bundles a program (its path from the root) into `outfile`. */
export async function bundleProgram(program: string, target: Target, outfile: string): Promise<void> {
  await build({ ...optionsFor(target), entryPoints: [join(ROOT, program)], outfile });
}

function optionsFor(target: Target): BuildOptions {
  return {
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: target.hasNodeModules ? "node" : "browser",
    // In a browser there is no `process`, and who looks for it finds none.
    define: target.hasNodeModules ? {} : { "process.env.NODE_ENV": '"test"' },
    conditions: ["@mailwire/source"],
    external: [...target.external],
    // For libraries that are CommonJS.
    banner: target.hasNodeModules
      ? { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` }
      : {},
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "warning",
  };
}

/** A module finds the files beside it by `import.meta.url`, which must not be that of the bundle. */
const placeOfModule: Plugin = {
  name: "place-of-module",
  setup(esbuild) {
    esbuild.onLoad({ filter: /\/packages\/[^/]+\/(?:test|src)\/.*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      return { loader: "ts", contents: source.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)) };
    });
  },
};

/** Where there are no files, `node:fs` reads the documents that tests read. */
const documentsAsFs: Plugin = {
  name: "documents-as-fs",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^node:fs$/ }, () => ({ path: "documents", namespace: "documents" }));
    esbuild.onLoad({ filter: /^documents$/, namespace: "documents" }, () => ({
      resolveDir: ROOT,
      contents: [
        `import { documentFiles } from "./packages/runtimes/src/inside/documents.ts";`,
        `export const { readFileSync, readdirSync } = documentFiles(${JSON.stringify(documents())});`,
      ].join("\n"),
    }));
  },
};

/** The documents and data beside tests, by URL. */
function documents(): Record<string, string> {
  const paths = readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" })
    .filter((path) => DOCUMENT.test(path))
    .map((path) => join(ROOT, "packages", path));
  return Object.fromEntries(paths.map((path) => [pathToFileURL(path).href, readFileSync(path, "utf8")]));
}

const DOCUMENT = /^[^/]+\/(README\.md|(src|test)\/.*\.(md|jsonl?|txt))$/;
