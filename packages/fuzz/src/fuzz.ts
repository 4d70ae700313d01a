// `pnpm fuzz [minutes]`: every target for its share of the time, guided by coverage, then the property tests of the library with as many more
// runs as the rest of the time allows. Exit code 1 when something was found; what was found stands in the folder that is named.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import type { Target } from "./target.ts";

/** The one that works with the source of ES modules, bundled; fetched when it is needed. */
const JSFUZZ = "jsfuzz@1.0.15";
const ROOT = path.resolve(import.meta.dirname, "../../..");
const TARGETS = path.join(import.meta.dirname, "targets");

interface Outcome {
  readonly target: string;
  readonly executions: number;
  readonly found: string | undefined;
}

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 10);
  if (!(minutes > 0)) throw new Error(`usage: pnpm fuzz [minutes]: ${process.argv[2]} is no number of minutes`);
  const folder = await mkdtemp(path.join(tmpdir(), "mailwire-fuzz-"));
  const targets = (await readdir(TARGETS)).map((file) => path.basename(file, ".ts")).sort();
  const lanes = Math.max(1, availableParallelism());
  // Three quarters for the decoders, the rest for the properties.
  const seconds = (minutes * 60 * 0.75 * lanes) / targets.length;
  console.log(`${targets.length} targets, ${seconds.toFixed(0)} s each on ${lanes} processors, in ${folder}`);
  const waiting = [...targets];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const outcome = await fuzzTarget(target, path.join(folder, target), seconds);
      outcomes.push(outcome);
      console.log(`${outcome.found === undefined ? "ok    " : "FOUND "} ${target}: ${outcome.executions} executions${outcome.found ?? ""}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const held = await runProperties(minutes * 60 * 0.25, lanes);
  const found = outcomes.filter((outcome) => outcome.found !== undefined).length + (held ? 0 : 1);
  if (found === 0) await rm(folder, { recursive: true });
  console.log(`${targets.length + 1 - found} passed, ${found} failed`);
  process.exitCode = found === 0 ? 0 : 1;
}

/** Runs the fuzzer over one target. */
async function fuzzTarget(target: string, folder: string, seconds: number): Promise<Outcome> {
  const source = path.join(TARGETS, `${target}.ts`);
  const bundle = path.join(folder, "target.cjs");
  const corpus = path.join(folder, "corpus");
  await mkdir(corpus, { recursive: true });
  await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    format: "cjs",
    platform: "node",
    conditions: ["@mailwire/source"],
    logLevel: "error",
  });
  const { seeds } = (await import(source)) as Target;
  await Promise.all(seeds.map((seed, at) => writeFile(path.join(corpus, `seed-${at}`), Buffer.from(seed, "latin1"))));
  // Its versifier makes inputs of a megabyte, of which a few pass in a second.
  const { output, code } = await run(
    "npx",
    ["-y", JSFUZZ, "--versifier", "false", path.basename(bundle), path.basename(corpus)],
    folder,
    seconds,
  );
  const executions = Math.max(0, ...Array.from(output.matchAll(/^#(\d+)/gm), ([, count]) => Number(count)));
  // It ends by itself only when it has found something.
  const found = code === null ? undefined : `\n${output.slice(-4000)}`;
  return { target, executions, found };
}

/** Runs the tests with so many more runs of each property as the time allows; true when they held. */
async function runProperties(seconds: number, lanes: number): Promise<boolean> {
  const factor = Math.max(1, (seconds * lanes) / SUITE_SECONDS);
  const env = { ...process.env, MAILWIRE_PROPERTY_RUNS: String(Math.round(100 * factor)) };
  const args = ["exec", "vitest", "run", "packages", "--testTimeout", String(Math.round(20_000 * factor))];
  const { output, code } = await run("pnpm", args, ROOT, 10 * seconds + 600, env);
  const told = code === 0 ? output.trim().split("\n").at(-1) : output.slice(-4000);
  console.log(`${code === 0 ? "ok    " : "FOUND "} properties, ${env.MAILWIRE_PROPERTY_RUNS} runs each: ${told}`);
  return code === 0;
}

/** About what the tests take on one processor with the usual 100 runs. */
const SUITE_SECONDS = 90;

interface Ended {
  readonly output: string;
  /** `null` when its time was up. */
  readonly code: number | null;
}

/** Runs a program for so many seconds at most. */
function run(program: string, args: readonly string[], cwd: string, seconds: number, env = process.env): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let isUp = false;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-100_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => {
      isUp = true;
      // The whole group: npx starts the fuzzer, which starts its worker.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, seconds * 1000);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ output, code: isUp ? null : (code ?? 1) });
    });
  });
}

await main();
