// Draws the state tables of the protocols as Mermaid diagrams in docs/state-machines.md. Fails when that page differs; `--update` rewrites it.
import { readFileSync, writeFileSync } from "node:fs";
import { TRANSITIONS as IMAP } from "../packages/imap/src/session/state.ts";
import { TRANSITIONS as POP3 } from "../packages/pop3/src/session/state.ts";
import { TRANSITIONS as SMTP } from "../packages/smtp/src/session/state.ts";

type Table = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

const PAGE = new URL("../docs/state-machines.md", import.meta.url);
const VERBS_PER_LINE = 4;

const text = `# State machines

Generated from the \`TRANSITIONS\` tables in \`packages/*/src/session/state.ts\` by \`pnpm diagrams:update\`: change those, not this page.

An arrow says which commands lead from one state to the next, and with which class of answer. Verbs in lower case (in POP3 those that are
no command) happen without a command. What the table under a diagram lists may be said in a state and never leaves it; all else is illegal there.

${[section("SMTP", SMTP), section("POP3", POP3), section("IMAP", IMAP)].join("\n")}`;

if (process.argv.includes("--update")) writeFileSync(PAGE, text);
else if (readFileSync(PAGE, { encoding: "utf8", flag: "a+" }) !== text) {
  console.error("docs/state-machines.md is out of date: pnpm diagrams:update");
  process.exitCode = 1;
}

function section(name: string, table: Table): string {
  const states = Object.keys(table);
  const rows = states.flatMap((state) => {
    const verbs = staying(table, state);
    return verbs.length === 0 ? [] : `| \`${state}\` | ${verbs.map((verb) => `\`${verb}\``).join(" ")} |`;
  });
  return `## ${name}

\`\`\`mermaid
stateDiagram-v2
${states.map((state) => `  state "${state}" as ${id(state)}`).join("\n")}
  [*] --> ${id(states[0] ?? "")}
${states.flatMap((state) => arrows(table, state)).join("\n")}
  closed --> [*]
\`\`\`

| state | commands that stay |
| --- | --- |
${rows.join("\n")}
`;
}

/** The arrows out of a state: one per next state, which lists the verbs by the answers that lead there. */
function arrows(table: Table, state: string): string[] {
  const transitions = Object.entries(table[state] ?? {});
  const targets = new Set(transitions.flatMap(([, answers]) => Object.values(answers)));
  return [...targets].map((target) => {
    const verbsByAnswers = new Map<string, string[]>();
    for (const [verb, answers] of transitions) {
      const leading = Object.keys(answers).filter((answer) => answers[answer] === target);
      if (leading.length > 0) verbsByAnswers.set(leading.join(" or "), [...(verbsByAnswers.get(leading.join(" or ")) ?? []), verb]);
    }
    const label = [...verbsByAnswers].map(([answers, verbs]) => `${wrapped(verbs)} (${answers})`).join("<br/>");
    return `  ${id(state)} --> ${id(target)}: ${label}`;
  });
}

/** The verbs that no good answer takes out of a state. */
function staying(table: Table, state: string): string[] {
  return Object.entries(table[state] ?? {}).flatMap(([verb, { ok, more }]) => (ok === undefined && more === undefined ? [verb] : []));
}

function wrapped(verbs: readonly string[]): string {
  const lines = [];
  for (let at = 0; at < verbs.length; at += VERBS_PER_LINE) lines.push(verbs.slice(at, at + VERBS_PER_LINE).join(", "));
  return lines.join(",<br/>");
}

/** A state as Mermaid takes it for a name. */
function id(state: string): string {
  return state.replaceAll("-", "_");
}
