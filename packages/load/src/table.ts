// The results as a table in Markdown, as it stands in docs/load.md.

import type { Fates } from "./crowd.ts";
import type { Result } from "./run-scenario.ts";
import { MIB } from "./scenario.ts";

const HEAD = [
  "scenario",
  "connections: what became of them",
  "memory in MiB: before, peak, after (may grow by)",
  "descriptors: before, peak, after",
  "conversations of others",
  "slowest, ms",
];

/** The head of the table. */
export function tableHead(): string {
  return `${row(HEAD)}\n${row(HEAD.map(() => "---"))}`;
}

/** The row of a result. */
export function tableRow({ scenario, fates, before, peak, after, service }: Result): string {
  const three = (of: (figures: Result["before"]) => number): string =>
    [before, peak, after].map((figures) => Math.round(of(figures))).join(", ");
  const all = service.served + service.failures.length;
  return row([
    scenario.name,
    fatesInWords(fates),
    `${three(({ rssBytes }) => rssBytes / MIB)} (${scenario.maxGrowthBytes / MIB})`,
    three(({ descriptors }) => descriptors),
    `${service.served} of ${all}`,
    String(Math.round(service.slowestMs)),
  ]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function fatesInWords(fates: Fates): string {
  const total = Object.values(fates).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(fates).filter(([, count]) => count > 0);
  return `${total}: ${parts.map(([fate, count]) => `${count} ${fate}`).join(", ")}`;
}
