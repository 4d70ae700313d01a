// `pnpm load [WORD…]`: plays the scenarios whose names hold a word, all by default, prints the table, and counts.

import { availableParallelism, totalmem } from "node:os";
import process from "node:process";
import { maxDescriptors } from "./process-figures.ts";
import { runScenario } from "./run-scenario.ts";
import { MIB } from "./scenario.ts";
import { FULL_SIZE } from "./scenarios.ts";
import { tableHead, tableRow } from "./table.ts";

/** The largest scenario has 10,000 connections in this process, and in that of the server. */
const NEEDED_DESCRIPTORS = 10_500;
if (maxDescriptors() < NEEDED_DESCRIPTORS) {
  console.error(`this needs more open files: \`ulimit -n ${NEEDED_DESCRIPTORS}\``);
  process.exit(2);
}

const words = process.argv.slice(2).filter((word) => word !== "--");
const wanted = FULL_SIZE.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

let passed = 0;
const failures: string[] = [];
console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, ${Math.round(totalmem() / MIB)} MiB\n\n${tableHead()}`);
for (const scenario of wanted) {
  try {
    const result = await runScenario(scenario);
    console.log(tableRow(result));
    if (result.complaints.length === 0) passed += 1;
    else failures.push(`${scenario.name}: ${result.complaints.join("; ")}`);
  } catch (error) {
    failures.push(`${scenario.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
for (const failure of failures) console.log(`\nFAILED ${failure}`);
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
