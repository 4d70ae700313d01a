// `pnpm test:<runtime> [--update] [PATH]`: runs the library's tests on one runtime, all of them or those whose path holds PATH. A run of all also
// looks whether docs/runtimes.md says the same, or writes it there.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle, ROOT } from "./bundle.ts";
import { collectReports } from "./collect-reports.ts";
import { LEFT_OUT } from "./left-out.ts";
import { pageAgrees } from "./page.ts";
import { startPeers } from "./peers.ts";
import { BUNDLE, RUNTIMES } from "./runtimes.ts";
import type { Runtime, RuntimeName } from "./runtimes.ts";
import { printSummary, staleEntries } from "./summary.ts";

const { positionals, values } = parseArgs({ allowPositionals: true, options: { update: { type: "boolean" } } });
const [name = "", wanted = ""] = positionals;
if (!isRuntime(name)) throw new Error(`which runtime? ${Object.keys(RUNTIMES).join(", ")}`);
await testOn(name, RUNTIMES[name]);

async function testOn(name: RuntimeName, runtime: Runtime): Promise<void> {
  const leftOut = LEFT_OUT.filter(({ runtimes }) => runtimes.includes(name));
  const files = [...testFiles(), ...adapterTests(name)].filter((file) => file.includes(wanted));
  const isLeftOut = (file: string): boolean => leftOut.some(({ path, test }) => test === undefined && file.startsWith(path));
  const running = files.filter((file) => !isLeftOut(file));
  const folder = mkdtempSync(join(tmpdir(), `mailwire-${name}-`));
  let close = (): Promise<void> => Promise.resolve();
  try {
    const reports = await collectReports(folder, async (reportTo, page) => {
      const started = await startPeers(new URL(page).origin);
      ({ close } = started);
      const { peers } = started;
      writeFileSync(join(folder, "authority.pem"), peers.authority);
      const tests = leftOut.flatMap(({ path, test }) => (test === undefined ? [] : [[path, test] as const]));
      const byFile = Object.fromEntries(running.map((file) => [file, tests.flatMap(([path, test]) => (path === file ? [test] : []))]));
      await bundle(running, { reportTo, leftOut: byFile, provided: { peers } }, runtime.target, join(folder, BUNDLE));
      return runtime.start(folder, page);
    });
    const isWhole = wanted === "";
    const complaints = isWhole ? staleEntries(leftOut, reports, files) : [];
    if (isWhole && !pageAgrees(name, reports, values.update === true ? "update" : "check"))
      complaints.push("docs/runtimes.md says something else: run it with --update");
    printSummary({ reports, leftOut, complaints });
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The tests of the packages that are published: the libraries. */
function testFiles(): string[] {
  const packages = readdirSync(join(ROOT, "packages")).filter(isPublished);
  const folders = packages
    .flatMap((name) => [`packages/${name}/src`, `packages/${name}/test`])
    .filter((folder) => existsSync(join(ROOT, folder)));
  return folders.flatMap((folder) => testsIn(folder)).sort();
}

function isPublished(name: string): boolean {
  const { private: isPrivate } = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as { private?: boolean };
  return isPrivate !== true;
}

function testsIn(folder: string): string[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(".test.ts")).map((path) => `${folder}/${path}`);
}

/** Those of the runtime's own sockets. */
function adapterTests(name: RuntimeName): string[] {
  const folder = `packages/runtimes/test/${name}`;
  return existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`) : [];
}

function isRuntime(name: string): name is RuntimeName {
  return Object.hasOwn(RUNTIMES, name);
}
