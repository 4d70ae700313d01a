// pnpm quirks FILE.jsonl [FILE…]: what the decoder of responses makes of what servers said. Fails where an entry throws, harms what
// follows it, depends on how it is cut, or has not the members that it expects.

import { readFileSync } from "node:fs";
import { latin1 } from "@mailwire/wire";
import type { QuirkEntry } from "./entry.ts";
import { readQuirks } from "./entry.ts";
import { playQuirk } from "./play.ts";

const files = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of files) {
  for (const entry of entriesOf(file)) {
    const { yielded, faults, unseen } = playQuirk(entry);
    if (faults.length === 0) passed += 1;
    else failed += 1;
    console.log(`${faults.length === 0 ? "ok  " : "FAIL"} ${file}:${entry.line} ${entry.title}`);
    console.log(`     said:     ${JSON.stringify(latin1(entry.bytes))}`);
    if (entry.expected !== undefined) console.log(`     expected: ${JSON.stringify(entry.expected)}`);
    for (const line of yielded) console.log(`     yields:   ${line}`);
    if (unseen.length > 0) console.log(`     look:     not in it: ${unseen.join(", ")}`);
    for (const fault of faults) console.log(`     fault:    ${fault}`);
  }
}
if (files.length === 0) console.error("usage: pnpm quirks FILE.jsonl [FILE…]");
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || files.length === 0 ? 1 : 0;

/** The entries of a file; one that cannot be read has failed, and says why. */
function entriesOf(file: string): readonly QuirkEntry[] {
  try {
    return readQuirks(readFileSync(file, "utf8"));
  } catch (error) {
    failed += 1;
    console.error(`FAIL ${file}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
