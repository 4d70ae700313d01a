// The generated part of docs/runtimes.md: a column of the table is what a run on that runtime showed, the list below it is left-out.ts.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";
import { FEATURES } from "./features.ts";
import type { TestSelector } from "./features.ts";
import { LEFT_OUT } from "./left-out.ts";
import { testsOf } from "./report.ts";
import type { Report } from "./report.ts";
import { RUNTIMES } from "./runtimes.ts";
import type { Runtime, RuntimeName } from "./runtimes.ts";

const PAGE = join(ROOT, "docs/runtimes.md");
const BEGIN = "<!-- what follows is checked by each pnpm test:<runtime>, and written with --update -->";
const END = "<!-- end -->";

const TITLES = Object.values(RUNTIMES).map(({ title }: Runtime) => title);

/** Whether the page says what `reports` of a whole run show; with `update` it does afterwards. */
export function pageAgrees(name: RuntimeName, reports: readonly Report[], mode: "check" | "update"): boolean {
  const page = readFileSync(PAGE, "utf8");
  const [before = "", generated = ""] = page.split(BEGIN);
  const [now = "", after = ""] = generated.split(END);
  const wanted = `\n\n${table(RUNTIMES[name].title, reports, now)}\n\n${leftOut()}\n\n`;
  if (mode === "update") writeFileSync(PAGE, `${before}${BEGIN}${wanted}${END}${after}`);
  return mode === "update" || wanted === now;
}

/** The table that is in `now`, with the column of `title` as it is by `reports`. */
function table(title: string, reports: readonly Report[], now: string): string {
  const rows = now.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const column = TITLES.indexOf(title);
  const cells = FEATURES.map(({ name, tests }) => {
    const [, , ...old] = rows.find(([, first]) => first === name) ?? [];
    return [name, ...TITLES.map((_, at) => (at === column ? cellOf(tests, reports) : old[at] || "?"))];
  });
  return aligned([["", ...TITLES], ...cells]);
}

function cellOf(selectors: readonly TestSelector[], reports: readonly Report[]): "yes" | "no" {
  const ran = testsOf(reports);
  const isThere = selectors.every(({ path, test }) => {
    const chosen = ran.filter(({ file, name }) => file.startsWith(path) && (test === undefined || name === test));
    return chosen.length > 0 && chosen.every(({ state }) => state === "passed");
  });
  return isThere ? "yes" : "no";
}

/** As prettier aligns it. */
function aligned([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** By runtime and reason. */
function leftOut(): string {
  const lines = new Map<string, string[]>();
  for (const { runtimes, path, test, reason } of LEFT_OUT) {
    const who = `- ${runtimes.map((name) => RUNTIMES[name].title).join(", ")}: ${reason}`;
    lines.set(who, [...(lines.get(who) ?? []), `  - \`${path}\`${test === undefined ? "" : `: ${test}`}`]);
  }
  return ["Tests that are left out:", "", ...[...lines].flatMap(([who, tests]) => [who, ...tests])].join("\n");
}
