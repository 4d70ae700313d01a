// How a part of the demo went, and the table of all parts.

/** How a part of the demo went. */
export interface Outcome {
  readonly title: string;
  readonly ok: boolean;
  /** What came of it, in a few words. */
  readonly detail: string;
}

/** All outcomes as a table. */
export function table(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map(({ title }) => title.length));
  return outcomes.map(({ title, ok, detail }) => `${ok ? "ok    " : "FAILED"}  ${title.padEnd(width)}  ${detail}`).join("\n");
}
