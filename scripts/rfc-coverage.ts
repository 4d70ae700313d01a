// Checks docs/rfc-coverage.md, docs/imap-language.md and docs/security.md: each cell that claims something names tests, and each of these tests exists. What is not
// claimed says so.
import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";

const PAGES = ["docs/rfc-coverage.md", "docs/imap-language.md", "docs/security.md"];
/** A file and one or more titles in it. */
const PROOF = /`(?<file>[\w./-]+\.(?:test|interop)\.ts)`(?<titles>(?: `[^`]+`)+)/g;
/** What a cell may say instead: it is nothing for this side, or it is left out, for a reason. */
const NO_CLAIM = /^(?:–|no: .+)$/;

const titles = new Map<string, readonly string[]>();
let proofs = 0;

for (const page of PAGES) {
  for (const [at, line] of readFileSync(page, "utf8").split("\n").entries()) {
    const [, subject = "", ...cells] = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
    if (!line.startsWith("|") || /^(?:-+|what)$/.test(subject)) continue;
    for (const problem of cells.slice(0, -1).flatMap(problems)) {
      console.error(`${page}:${at + 1}: ${subject}: ${problem}`);
      process.exitCode = 1;
    }
  }
}
console.log(`${proofs} proofs of RFC coverage and of security`);

function problems(cell: string): readonly string[] {
  if (NO_CLAIM.test(cell)) return [];
  const named = [...cell.matchAll(PROOF)].flatMap(({ groups = {} }) => {
    const file = `packages/${groups.file ?? ""}`;
    return [...(groups.titles ?? "").matchAll(/`([^`]+)`/g)].map(([, title = ""]) => ({ file, title }));
  });
  proofs += named.length;
  if (named.length === 0 || cell.replaceAll(PROOF, "").replaceAll("<br>", "").trim() !== "") return [`"${cell}" names no test`];
  return named.flatMap(({ file, title }) => {
    if (!existsSync(file)) return `there is no ${file}`;
    const exists = titlesOf(file).some((full) => full === title || full.endsWith(` > ${title}`));
    return exists ? [] : `${file} has no test "${title}"`;
  });
}

/** The titles of all tests and groups of a file, each behind those of the groups that it is in. */
function titlesOf(file: string): readonly string[] {
  const known = titles.get(file);
  if (known !== undefined) return known;
  const found: string[] = [];
  const visit = (node: ts.Node, groups: readonly string[]): void => {
    const here = ownTitles(node).flatMap((title) => groups.map((group) => (group === "" ? title : `${group} > ${title}`)));
    found.push(...here);
    ts.forEachChild(node, (child) => visit(child, here.length === 0 ? groups : here));
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true), [""]);
  titles.set(file, found);
  return found;
}

/** The title of a call of `test` or `describe`; with `each` also as each row makes it that begins with a text. */
function ownTitles(node: ts.Node): readonly string[] {
  if (!ts.isCallExpression(node) || !/^(?:test|describe)\b/.test(node.expression.getText())) return [];
  const [name] = node.arguments;
  if (name === undefined || !ts.isStringLiteralLike(name)) return [];
  return [name.text, ...rowsOf(node.expression).map((row) => name.text.replace("%s", row).replace("%j", JSON.stringify(row)))];
}

/** What the rows of `test.each([…])` begin with. */
function rowsOf(callee: ts.Node): readonly string[] {
  if (!ts.isCallExpression(callee)) return [];
  const [table] = callee.arguments;
  const written = table !== undefined && ts.isIdentifier(table) ? initializerOf(table) : table;
  const rows = written !== undefined && ts.isAsExpression(written) ? written.expression : written;
  if (rows === undefined || !ts.isArrayLiteralExpression(rows)) return [];
  const first = rows.elements.map((row) => (ts.isArrayLiteralExpression(row) ? row.elements[0] : row));
  return first.flatMap((cell) => (cell !== undefined && ts.isStringLiteralLike(cell) ? cell.text : []));
}

/** What a constant of the file is. */
function initializerOf(name: ts.Identifier): ts.Expression | undefined {
  const declarations = name
    .getSourceFile()
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations]);
  return declarations.find((declaration) => declaration.name.getText() === name.text)?.initializer;
}
