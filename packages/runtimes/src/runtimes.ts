// The runtimes, each with where it comes from and how it is started on a bundle.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./bundle.ts";

/** A runtime that tests run on. */
export interface Runtime {
  /** Its name for readers. */
  readonly title: string;
  readonly target: Target;
  /** Starts it on the bundle in `folder`; `page` is the address of a page that runs the same bundle. */
  start(folder: string, page: string): ChildProcess;
}

/** A runtime that runs programs with arguments. */
export interface ProgramRuntime extends Runtime {
  /** Starts it on a bundle. */
  run(file: string, args: readonly string[]): ChildProcess;
}

/** Name of the bundle in its folder. */
export const BUNDLE = "tests.mjs";

/** The releases that are tested; they come from the npm registry when they are first needed, so that nobody installs them with the workspace. */
const RELEASES = {
  node20: "node@20.20.2",
  node22: "node@22.23.3",
  node24: "node@24.21.0",
  bun: "bun@1.4.5",
  deno: "deno@2.9.6",
  workerd: "workerd@1.20261117.1",
};

const NODE_LIKE: Target = { hasNodeModules: true, start: "await run();", external: [] };

export const RUNTIMES = {
  node20: nodeLike("Node 20", RELEASES.node20, "node"),
  node22: nodeLike("Node 22", RELEASES.node22, "node"),
  node24: nodeLike("Node 24", RELEASES.node24, "node"),
  bun: nodeLike("Bun 1.4", RELEASES.bun, "bun", "run"),
  deno: nodeLike("Deno 2.9", RELEASES.deno, "deno", "run", "--allow-all", "--no-config", "--no-lock"),
  workerd: {
    title: "workerd",
    target: { hasNodeModules: false, start: "export default { test: run };", external: ["cloudflare:*"] },
    start: (folder) => {
      writeFileSync(join(folder, "workerd.capnp"), WORKERD_CONFIG);
      return npx(RELEASES.workerd, "workerd", "test", join(folder, "workerd.capnp"));
    },
  },
  chromium: {
    title: "Chromium",
    target: { hasNodeModules: false, start: "await run();", external: [] },
    start: (folder, page) =>
      startSilently(
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        `--user-data-dir=${join(folder, "profile")}`,
        page,
      ),
  },
} satisfies Record<string, Runtime>;

/** Name of a runtime. */
export type RuntimeName = keyof typeof RUNTIMES;

/** A worker that may reach this machine. */
const WORKERD_CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .tests),
    (name = "internet", network = (allow = ["private", "local"], tlsOptions = (trustedCertificates = [embed "authority.pem"]))),
  ],
);
const tests :Workerd.Worker = (
  modules = [(name = "tests", esModule = embed "${BUNDLE}")],
  compatibilityDate = "2026-11-01",
);
`;

/** One that has Node's modules. */
function nodeLike(title: string, release: string, ...command: string[]): ProgramRuntime {
  const run: ProgramRuntime["run"] = (file, args) => npx(release, ...command, file, ...args);
  return { title, target: NODE_LIKE, start: (folder) => run(join(folder, BUNDLE), []), run };
}

function npx(release: string, ...command: string[]): ChildProcess {
  return start("npx", "--yes", "--loglevel=error", `--package=${release}`, "--", ...command);
}

/** Chromium complains about each part of a desktop that is not there. */
function startSilently(command: string, ...args: string[]): ChildProcess {
  return spawn(command, args, { stdio: "ignore", detached: true });
}

/** In a process group of its own, so that all of it can be ended. */
function start(command: string, ...args: string[]): ChildProcess {
  return spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], detached: true });
}
