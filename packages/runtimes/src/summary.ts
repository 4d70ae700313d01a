// What a run on a runtime prints: each failure, what was left out and why, and the numbers on a line of their own.

import type { LeftOut } from "./left-out.ts";
import { testsOf } from "./report.ts";
import type { Report } from "./report.ts";

/** What {@link printSummary} prints. */
export interface Run {
  readonly reports: readonly Report[];
  /** What was left out. */
  readonly leftOut: readonly LeftOut[];
  /** What else is wrong. */
  readonly complaints: readonly string[];
}

/** Prints the summary, and sets the exit code. */
export function printSummary({ reports, leftOut, complaints }: Run): void {
  const failures = [...failuresOf(reports), ...complaints];
  for (const failure of failures) console.log(`\nFAILED ${failure}`);
  for (const entry of leftOut) console.log(`left out: ${nameOf(entry)} (${entry.reason})`);
  const passed = testsOf(reports).filter(({ state }) => state === "passed").length;
  console.log(`\n${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** Complaints about entries of left-out.ts that left nothing out. */
export function staleEntries(leftOut: readonly LeftOut[], reports: readonly Report[], files: readonly string[]): string[] {
  return leftOut
    .filter((entry) => !isNeeded(entry, reports, files))
    .map((entry) => `left-out.ts names ${nameOf(entry)}, which does not exist`);
}

function nameOf({ path, test }: LeftOut): string {
  return test === undefined ? path : `${path} > ${test}`;
}

function failuresOf(reports: readonly Report[]): string[] {
  const failures = reports.flatMap((report): string[] => {
    if (report.type === "stray-error") return [`outside any test: ${report.error}`];
    if (report.type !== "file-ends") return [];
    const failed = report.tests.filter(({ state }) => state === "failed");
    const tests = failed.map(({ name, errors }) => `${report.file} > ${name}\n${errors.join("\n")}`);
    return [...tests, ...report.errors.map((error) => `${report.file}: ${error}`)];
  });
  const last = reports.at(-1);
  if (last?.type !== "end")
    failures.push(`the runtime ended, or said nothing any more${last?.type === "file-begins" ? `, in ${last.file}` : ""}`);
  return failures;
}

function isNeeded({ path, test }: LeftOut, reports: readonly Report[], files: readonly string[]): boolean {
  if (test === undefined) return files.some((file) => file.startsWith(path));
  return testsOf(reports).some(({ file, name, state }) => file === path && name === test && state === "left-out");
}
