// Replies of mailwire's servers, and whether they are of the kind that a script waits for.

import type { Attacker } from "./attacker.ts";
import type { Protocol, Script } from "./script.ts";

/** One whole reply, by its kind. */
export type Reply =
  | { readonly type: "positive" | "negative" | "continuation"; readonly text: string; readonly status: string }
  | { readonly type: "end" }
  | { readonly type: "nothing" };

/** Hears one reply to what was said; the pattern tells whether it may have several lines, and which tag it has. */
export async function hearReply(protocol: Protocol, pattern: string, attacker: Attacker): Promise<Reply> {
  let text = "";
  for (;;) {
    const heard = await attacker.line();
    if (heard.type === "client-hello") return { type: "nothing" };
    if (heard.type !== "line") return text !== "" && heard.type === "end" ? understood(protocol, text) : heard;
    text += heard.text;
    if (isWhole(protocol, pattern, text)) return understood(protocol, text);
  }
}

/** Is that what the pattern waits for? */
export function isExpected(
  { protocol, safeBehaviour }: Script,
  pattern: string,
  reply: Exclude<Reply, { type: "end" | "nothing" }>,
): "yes" | "no" {
  const unwanted = [...pattern.matchAll(/no-([\w+=-]+)/gi)].map(([, word = ""]) => word.toUpperCase());
  const offered = keywordsIn(protocol, reply.text.toUpperCase());
  if (unwanted.some((word) => offered.includes(word))) return "no";
  return statusFits(protocol, pattern, reply.status, safeBehaviour) ? "yes" : "no";
}

/** What a server offers: a keyword begins each line; in IMAP all stand on one. */
function keywordsIn(protocol: Protocol, text: string): readonly string[] {
  if (protocol === "imap") return text.split(/[^\w+=-]+/);
  return text.split("\r\n").map((line) => /^(?:\d{3}[ -])?([\w+=-]*)/.exec(line)?.[1] ?? "");
}

function statusFits(protocol: Protocol, pattern: string, status: string, safeBehaviour: string): boolean {
  if (/^\{any\}/i.test(pattern)) return true;
  const line =
    pattern
      .split("\r\n")
      .filter(Boolean)
      .at(protocol === "imap" ? -1 : 0) ?? "";
  const wanted = /\{([\w|+-]+)\}/.exec(line.replaceAll("{any}", ""))?.[1]?.split("|") ?? [];
  if (protocol === "pop3")
    return [wanted.includes("+OK") || wanted.includes("-ERR") ? wanted : [/^[+-][A-Z]*/.exec(line)?.[0] ?? ""]].flat().includes(status);
  if (protocol === "imap") {
    const own = line.split(/[ \r]+/)[line.startsWith("+") ? 0 : 1] ?? "";
    return /^\{(?!any|no-)/.test(own)
      ? wanted.includes(status)
      : own === status || own === "{any}" || (line.startsWith("*") && status === "OK");
  }
  // `5`, `5xx` and `5yz` stand for all codes that begin so.
  const code = /^\d[\dxyz]{0,2}/i.exec(line)?.[0];
  const codes = (code === undefined ? wanted : [code]).map((one) => one.replace(/[xyz]/gi, ""));
  return codes.some((prefix) => status.startsWith(prefix)) || new RegExp(`\\b${status}\\b`).test(safeBehaviour);
}

function understood(protocol: Protocol, text: string): Reply {
  const lines = text.split("\r\n").filter(Boolean);
  if (protocol === "pop3") {
    const status = /^(?:\+OK|-ERR|\+)/.exec(text)?.[0] ?? "";
    return { type: status === "+OK" ? "positive" : status === "+" ? "continuation" : "negative", text, status };
  }
  if (protocol === "imap") {
    const last = lines.at(-1) ?? "";
    const status = last.startsWith("+") ? "+" : (last.split(" ")[1] ?? "");
    return { type: status === "+" ? "continuation" : status === "OK" ? "positive" : "negative", text, status };
  }
  const status = text.slice(0, 3);
  return { type: status.startsWith("3") ? "continuation" : status.startsWith("2") ? "positive" : "negative", text, status };
}

function isWhole(protocol: Protocol, pattern: string, text: string): boolean {
  const lines = text.split("\r\n").slice(0, -1);
  const last = lines.at(-1) ?? "";
  switch (protocol) {
    case "pop3":
      return !pattern.includes("\r\n.\r\n") || !text.startsWith("+OK") || last === ".";
    case "imap": {
      const wanted = pattern.split("\r\n").filter(Boolean);
      const tagged = !/^(?:\*|\+|\{any\})/.test(wanted.at(-1) ?? "");
      return !tagged || !last.startsWith("*") || /^\* BYE/i.test(last);
    }
    default:
      return /^\d{3}(?: |$)/.test(last);
  }
}
