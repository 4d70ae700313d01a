// `pnpm test:<runtime> [PATH]`: runs the library's tests on one runtime, all of them or those whose path holds PATH.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, ROOT } from "./bundle.ts";
import { collectReports } from "./collect-reports.ts";
import { LEFT_OUT } from "./left-out.ts";
import type { LeftOut } from "./left-out.ts";
import { startPeers } from "./peers.ts";
import { BUNDLE, RUNTIMES } from "./runtimes.ts";
import type { Runtime, RuntimeName } from "./runtimes.ts";
import { printSummary } from "./summary.ts";

const [name = "", wanted = ""] = process.argv.slice(2);
if (!isRuntime(name)) throw new Error(`which runtime? ${Object.keys(RUNTIMES).join(", ")}`);
await testOn(name, RUNTIMES[name]);

async function testOn(name: RuntimeName, runtime: Runtime): Promise<void> {
  const leftOut = LEFT_OUT.filter(({ runtimes }) => runtimes.includes(name));
  const files = [...testFiles(), ...adapterTests(name)].filter((file) => file.includes(wanted));
  const isWhole = ({ path, test }: LeftOut, file: string): boolean => test === undefined && file.startsWith(path);
  const running = files.filter((file) => !leftOut.some((entry) => isWhole(entry, file)));
  const folder = mkdtempSync(join(tmpdir(), `mailwire-${name}-`));
  const { peers, close } = await startPeers();
  writeFileSync(join(folder, "authority.pem"), peers.authority);
  try {
    const results = await collectReports(folder, async (reportTo, page) => {
      const tests = leftOut.flatMap(({ path, test }) => (test === undefined ? [] : [[path, test] as const]));
      const byFile = Object.fromEntries(running.map((file) => [file, tests.flatMap(([path, test]) => (path === file ? [test] : []))]));
      await bundle(running, { reportTo, leftOut: byFile, provided: { peers } }, runtime.target, join(folder, BUNDLE));
      return runtime.start(folder, page);
    });
    printSummary(results, leftOut, wanted === "" ? files : []);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The tests of the packages that are libraries. */
function testFiles(): string[] {
  const foreign = /^packages\/(bench|interop|runtimes|attacks)\/|\/(node_modules|dist)\//;
  return readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" })
    .map((path) => `packages/${path}`)
    .filter((path) => path.endsWith(".test.ts") && !foreign.test(path))
    .sort();
}

/** Those of the runtime's own sockets. */
function adapterTests(name: RuntimeName): string[] {
  const folder = `packages/runtimes/test/${name}`;
  return existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`) : [];
}

function isRuntime(name: string): name is RuntimeName {
  return Object.hasOwn(RUNTIMES, name);
}
