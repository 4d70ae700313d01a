// Runs test files inside any runtime with vitest's own runner and assertions. Vitest is imported only in here: it wants its global first, and
// some runtimes allow next to nothing before the first event.

import type { File, Task, VitestRunner, VitestRunnerConfig } from "@vitest/runner";
import type { Job, Report, TestOutcome } from "../report.ts";

/** Test files by path, not loaded yet. */
export type TestFiles = Readonly<Record<string, () => Promise<unknown>>>;

/** As vitest itself has it when nothing else is configured; only the timeout is the workspace's. */
const CONFIG: VitestRunnerConfig = {
  root: "/",
  setupFiles: [],
  name: undefined,
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: false,
  sequence: { seed: 0, hooks: "stack", setupFiles: "parallel" },
  chaiConfig: undefined,
  maxConcurrency: 1,
  testTimeout: 20_000,
  hookTimeout: 20_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
};

/** Runs all files one after another, and reports each. */
export async function runTests(files: TestFiles, job: Job): Promise<void> {
  const report = reporter(job.reportTo);
  const workerConfig = { ...CONFIG, fakeTimers: { loopLimit: 10_000, shouldClearNativeTimers: true }, snapshotOptions: {}, expect: {} };
  const worker = { config: workerConfig, providedContext: job.provided };
  Object.defineProperty(globalThis, "__vitest_worker__", { value: worker });
  onStrayError((error) => void report({ type: "stray-error", error: describe(error) }));
  const { startTests } = await import("@vitest/runner");
  for (const [file, load] of Object.entries(files)) {
    await report({ type: "file-begins", file });
    const [outcome] = await startTests([`/${file}`], await runner(load, job.leftOut[file] ?? []));
    await report({ type: "file-ends", file, tests: outcome === undefined ? [] : testsOf(outcome), errors: errorsOf(outcome) });
  }
  await report({ type: "end", agent: typeof navigator === "undefined" ? "" : navigator.userAgent });
}

async function runner(load: () => Promise<unknown>, leftOut: readonly string[]): Promise<VitestRunner> {
  const { expect } = await import("vitest");
  return {
    config: CONFIG,
    importFile: load,
    onCollected: (files: File[]) => files.forEach((file) => leaveOut(file, leftOut)),
    onBeforeTryTask: (test) => expect.setState({ assertionCalls: 0, isExpectingAssertions: false, currentTestName: nameOf(test) }),
  };
}

function leaveOut(task: Task, names: readonly string[]): void {
  if (task.type === "suite") for (const inner of task.tasks) leaveOut(inner, names);
  else if (names.includes(nameOf(task))) task.mode = "skip";
}

function testsOf(task: Task): TestOutcome[] {
  if (task.type === "suite") return task.tasks.flatMap(testsOf);
  const state = task.mode === "skip" ? "left-out" : task.result?.state === "pass" ? "passed" : "failed";
  return [{ name: nameOf(task), state, errors: errorsOf(task) }];
}

/** Without the file's own name. */
function nameOf(task: Task): string {
  return task.suite === undefined ? task.name : `${nameOf(task.suite)} > ${task.name}`;
}

function errorsOf(task: Task | undefined): string[] {
  return task?.result?.errors?.map((error) => error.stack ?? error.message) ?? [];
}

/** Uses what is there before a test fakes it, and sends one report after the other. */
function reporter(url: string): (report: Report) => Promise<void> {
  const { fetch, setTimeout } = globalThis;
  let sent: Promise<unknown> = Promise.resolve();
  return async (report) => {
    sent = sent.then(() => fetch(url, { method: "POST", body: JSON.stringify(report) }).then((response) => response.text()));
    await sent;
    // What a request leaves to be done is done, before a test counts timers.
    await new Promise((resolve) => void setTimeout(resolve, 5));
  };
}

/** What fails outside any test. */
function onStrayError(tell: (error: unknown) => void): void {
  if (typeof process === "object" && typeof process.on === "function") {
    process.on("unhandledRejection", tell);
    process.on("uncaughtException", tell);
    return;
  }
  addEventListener("unhandledrejection", (event) => tell(event.reason));
  addEventListener("error", (event) => tell(event.error));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
