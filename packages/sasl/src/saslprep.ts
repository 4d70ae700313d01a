// SASLprep (RFC 4013): the one form that names and passwords take before they are compared or hashed. A profile of stringprep (RFC 3454).

import { RUNS } from "./saslprep-table.ts";

/**
 * `text` as SASLprep has it; `undefined` for text that it does not allow: control, private use and other prohibited characters, lone
 * surrogates, and left-to-right letters beside right-to-left ones. Characters that Unicode 3.2 does not know are refused in a `stored`
 * string and stay as they are in a `query`. A password that is hashed is a stored string, a name that is looked up a query. The result may
 * be empty, and does not depend on the platform's version of Unicode.
 */
export function saslprep(text: string, kind: "stored" | "query"): string | undefined {
  if (/^[ -~]*$/.test(text)) return text;
  const prepared = normalize(mapped(text));
  return isAllowed(prepared, kind) ? prepared : undefined;
}

/** RFC 4013 section 2.1. */
function mapped(text: string): string {
  let result = "";
  for (const character of text) {
    const name = classOf(character);
    if (name !== "N") result += name === "S" ? " " : character;
  }
  return result;
}

/**
 * RFC 4013 section 2.2: form KC of Unicode 3.2. The platform's Unicode is newer. For characters that 3.2 knows it says the same; the others,
 * which 3.2 leaves as they are and combines with nothing, are kept away from it.
 */
function normalize(text: string): string {
  let result = "";
  let known = "";
  for (const character of text) {
    if (classOf(character) !== "U") {
      known += character;
      continue;
    }
    result += known.normalize("NFKC") + character;
    known = "";
  }
  return result + known.normalize("NFKC");
}

/**
 * RFC 4013 sections 2.3 to 2.5; for right-to-left letters RFC 3454 section 6: where there is one, there is no left-to-right one, and such
 * stand first and last.
 */
function isAllowed(text: string, kind: "stored" | "query"): boolean {
  const classes: string[] = [];
  for (const character of text) {
    const name = classOf(character);
    if (name === "P" || name === "S" || (name === "U" && kind === "stored")) return false;
    classes.push(name);
  }
  return !classes.includes("R") || (!classes.includes("L") && classes[0] === "R" && classes.at(-1) === "R");
}

/** The first code point of each run of the table, in order, and the class of each run. */
const starts: number[] = [];
const names: string[] = [];

/** The letter of the table's class that a character is in. */
function classOf(character: string): string {
  if (starts.length === 0) readTable();
  const codePoint = character.codePointAt(0) ?? 0;
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= codePoint) low = middle;
    else high = middle;
  }
  return names[low] ?? "";
}

function readTable(): void {
  let start = 0;
  for (const [run] of RUNS.matchAll(/[A-Z][0-9a-z]+/g)) {
    starts.push(start);
    names.push(run.charAt(0));
    start += Number.parseInt(run.slice(1), 36);
  }
}
