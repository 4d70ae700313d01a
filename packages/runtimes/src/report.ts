// What a runtime under test tells the program that started it: one JSON value per request.

/** The outcome of one test. */
export interface TestOutcome {
  /** The names of its suites and its own, joined by " > ". */
  readonly name: string;
  readonly state: "passed" | "failed" | "left-out";
  /** What went wrong. */
  readonly errors: readonly string[];
}

/** What is told, in this order: each file's start and end, then one end of all. */
export type Report =
  | { readonly type: "file-begins"; readonly file: string }
  | { readonly type: "file-ends"; readonly file: string; readonly tests: readonly TestOutcome[]; readonly errors: readonly string[] }
  | { readonly type: "stray-error"; readonly error: string }
  | { readonly type: "end"; readonly agent: string };

/** What the runtime is told with the tests. */
export interface Job {
  /** Where reports go. */
  readonly reportTo: string;
  /** Names of tests that must not run, by file. */
  readonly leftOut: Readonly<Record<string, readonly string[]>>;
  /** What `inject()` gives to the tests. */
  readonly provided: Readonly<Record<string, unknown>>;
}

/** All tests that were reported. */
export function testsOf(reports: readonly Report[]): (TestOutcome & { readonly file: string })[] {
  return reports.flatMap((report) => (report.type === "file-ends" ? report.tests.map((test) => ({ file: report.file, ...test })) : []));
}
