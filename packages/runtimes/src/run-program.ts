// `pnpm attacks:bun FILE…`, `pnpm attacks:deno FILE…`: runs a program of this repository on another runtime, and ends as it ends.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { bundleProgram } from "./bundle.ts";
import { BUNDLE, RUNTIMES } from "./runtimes.ts";
import type { ProgramRuntime, Runtime } from "./runtimes.ts";

const [name = "", program = "", ...args] = process.argv.slice(2);
const runtime: Runtime | undefined = Object.entries<Runtime>(RUNTIMES).find(([known]) => known === name)?.[1];
if (runtime === undefined || !runsPrograms(runtime)) {
  const names = Object.entries<Runtime>(RUNTIMES).flatMap(([known, one]) => (runsPrograms(one) ? [known] : []));
  throw new Error(`which runtime? ${names.join(", ")}`);
}

const folder = mkdtempSync(join(tmpdir(), `mailwire-${name}-`));
try {
  const file = join(folder, BUNDLE);
  await bundleProgram(program, runtime.target, file);
  const child = runtime.run(file, args);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      // It is in a process group of its own.
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    });
  }
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function runsPrograms(one: Runtime): one is ProgramRuntime {
  return "run" in one;
}
