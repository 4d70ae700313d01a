// Words and marks of an address field, without white space (RFC 5322 sections 3.2 and 4.4). Anything is some token.

/** A word (atom, quoted string without its quotes, domain literal), a comment without its parentheses, or a mark. */
export interface AddressToken {
  /** What it is; a mark is its own type. */
  readonly type: "word" | "comment" | "." | "@" | "," | ";" | ":" | "<" | ">";
  /** Its text, quoted pairs resolved. */
  readonly text: string;
  /** True when white space or a comment stands before it. */
  readonly spaced: boolean;
}

const MARKS = [".", "@", ",", ";", ":", "<", ">"] as const;

/** The tokens of a field's unfolded value. */
export function addressTokens(text: string): readonly AddressToken[] {
  const tokens: AddressToken[] = [];
  let spaced = false;
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    if (char === " " || char === "\t") {
      spaced = true;
      at += 1;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push({ type: token.type, text: token.text, spaced });
    spaced = token.type === "comment";
    at = token.end;
  }
  return tokens;
}

interface FoundToken {
  readonly type: AddressToken["type"];
  readonly text: string;
  readonly end: number;
}

function tokenAt(text: string, at: number): FoundToken {
  const char = text.charAt(at);
  const mark = MARKS.find((known) => known === char);
  if (mark !== undefined) return { type: mark, text: mark, end: at + 1 };
  if (char === '"') return { type: "word", ...delimited(text, at, '"') };
  if (char === "(") return { type: "comment", ...delimited(text, at, ")") };
  if (char === "[") return domainLiteral(text, at);
  return atom(text, at);
}

/**
 * quoted-string = DQUOTE *(qtext / quoted-pair) DQUOTE, comment = "(" *(ctext / quoted-pair / comment) ")";
 * one that never ends lasts until the end of the field.
 */
function delimited(text: string, start: number, close: '"' | ")"): { text: string; end: number } {
  let content = "";
  let depth = 1;
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "\\") {
      at += 1;
      content += text.charAt(at);
      continue;
    }
    if (char === close) depth -= 1;
    else if (char === "(" && close === ")") depth += 1;
    if (depth === 0) return { text: content, end: at + 1 };
    content += char;
  }
  return { text: content, end: text.length };
}

// domain-literal = "[" *dtext "]"
function domainLiteral(text: string, at: number): FoundToken {
  const close = text.indexOf("]", at);
  const end = close === -1 ? text.length : close + 1;
  return { type: "word", text: text.slice(at, end), end };
}

// atom = 1*atext; whatever is no mark and starts nothing else counts as atext
function atom(text: string, start: number): FoundToken {
  let at = start + 1;
  while (at < text.length && !' \t"(.@,;:<>'.includes(text.charAt(at))) at += 1;
  return { type: "word", text: text.slice(start, at), end: at };
}
