// What a run on a runtime prints: each failure, what was left out and why, and the numbers on a line of their own.

import type { LeftOut } from "./left-out.ts";
import type { Report } from "./report.ts";

/** Prints the summary and sets the exit code; `files` are all files that the exceptions must match, where all files ran. */
export function printSummary(reports: readonly Report[], leftOut: readonly LeftOut[], files: readonly string[]): void {
  const failures = failuresOf(reports);
  if (files.length > 0) failures.push(...leftOut.filter((entry) => !isNeeded(entry, reports, files)).map(nothingMatches));
  for (const failure of failures) console.log(`\nFAILED ${failure}`);
  for (const { path, test, reason } of leftOut) console.log(`left out: ${test === undefined ? path : `${path} > ${test}`} (${reason})`);
  const passed = testsOf(reports).filter(({ state }) => state === "passed").length;
  console.log(`\n${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
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

function testsOf(reports: readonly Report[]): { file: string; name: string; state: string }[] {
  return reports.flatMap((report) => (report.type === "file-ends" ? report.tests.map((test) => ({ file: report.file, ...test })) : []));
}

function isNeeded({ path, test }: LeftOut, reports: readonly Report[], files: readonly string[]): boolean {
  if (test === undefined) return files.some((file) => file.startsWith(path));
  return testsOf(reports).some(({ file, name, state }) => file === path && name === test && state === "left-out");
}

function nothingMatches({ path, test }: LeftOut): string {
  return `left-out.ts names ${test === undefined ? path : `${path} > ${test}`}, which does not exist`;
}
