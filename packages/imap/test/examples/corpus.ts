// Reads the examples of the RFCs: what they say is on the wire, in a file for each RFC beside this one.
//
//   # RFC 3501: INTERNET MESSAGE ACCESS PROTOCOL - VERSION 4rev1
//   ## 6.1.1 CAPABILITY Command        a section of it
//   C: abcd CAPABILITY                 the client says this, and CRLF
//   S: abcd OK CAPABILITY completed    the server does
//   S: +␠                              "␠" is a space that ends a line
//   > words                            a remark for people
//   ! invalid bad-list: words          what becomes of what the next line begins, other than that it is read as it stands
//
// An empty line begins another conversation, of which nothing is known. Lines are whole: the RFCs break them for the width of their pages. A literal is
// the lines that follow, by its size. Lines of which an RFC leaves something out ("...", "[...]") are remarks.

import { utf8 } from "@mailwire/wire";

/** A line of a conversation. */
export interface ExampleLine {
  readonly from: "client" | "server";
  /** With its CRLF. */
  readonly bytes: Uint8Array;
  /** What becomes of what begins with it: the words of a `!` line before the colon; empty when it is simply read. */
  readonly outcome: string;
  /** Line of the file. */
  readonly at: number;
}

/** A conversation, or the part of one that an RFC shows. */
export interface Example {
  /** In words: RFC and section. */
  readonly title: string;
  readonly lines: readonly ExampleLine[];
}

/** A file that is not of the format. */
export class BadCorpus extends Error {
  override readonly name = "BadCorpus";
}

/** The examples in the text of a file. */
export function readExamples(text: string): readonly Example[] {
  const examples: { title: string; lines: ExampleLine[] }[] = [];
  let rfc = "";
  let section = "";
  let outcome = "";
  let isOpen = false;
  for (const [index, line] of text.split("\n").entries()) {
    const [, mark = "", words = ""] = /^(##?|[CS]:|[!>]) ?(.*)$/.exec(line) ?? [];
    if (mark === "" && line !== "") throw new BadCorpus(`line ${index + 1} is none of the format: ${line}`);
    if (mark === "#") rfc = words.replace(/:.*/, "");
    else if (mark === "##") section = words;
    else if (mark === "!") outcome = words.replace(/:.*/, "");
    else if (mark === "C:" || mark === "S:") {
      if (!isOpen) examples.push({ title: `${rfc}, ${section}`, lines: [] });
      const from = mark === "C:" ? "client" : "server";
      examples.at(-1)?.lines.push({ from, bytes: utf8(`${words.replace(/␠$/, " ")}\r\n`), outcome, at: index + 1 });
      outcome = "";
    }
    isOpen = line !== "" && (isOpen || mark === "C:" || mark === "S:");
  }
  return examples;
}
