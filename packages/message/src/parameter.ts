// Structured MIME fields: a value, then parameters (RFC 2045 section 5.1), read as mail programs write them rather than as they should.

import { isWspChar, trimWsp } from "./characters.ts";

/** One parameter of a media type or of a disposition. */
export interface BodyParameter {
  /** Name, case as it is written; with the marks of RFC 2231 where it has them. */
  readonly name: string;
  /** Value without quotes, not decoded. */
  readonly value: string;
}

/** A media type. */
export interface MediaType {
  /** `text`, `multipart` …; case as it is written. */
  readonly type: string;
  /** `plain`, `mixed` …; case as it is written. */
  readonly subtype: string;
  /** In the order in which they stand. */
  readonly parameters: readonly BodyParameter[];
}

/** A value and what follows it. */
export interface ParameterizedValue {
  /** The text before the first `;`, comments removed. */
  readonly value: string;
  /** In the order in which they stand; those without a name or without `=` are left out. */
  readonly parameters: readonly BodyParameter[];
}

/** type "/" subtype *(";" parameter); `undefined` when type or subtype is not a token. */
export function parseMediaType(text: string): MediaType | undefined {
  const { value, parameters } = parseWithParameters(text);
  const slash = value.indexOf("/");
  const type = trimWsp(value.slice(0, Math.max(slash, 0)));
  const subtype = trimWsp(value.slice(slash + 1));
  if (!isToken(type) || !isToken(subtype)) return undefined;
  return { type, subtype, parameters };
}

/** value *(";" attribute "=" (token / quoted-string)), with comments anywhere. */
export function parseWithParameters(text: string): ParameterizedValue {
  const [value = "", ...rest] = segments(text);
  return { value: unquote(value), parameters: rest.flatMap(parameterOf) };
}

// token = 1*<any CHAR except SPACE, CTLs, or tspecials>; 8-bit characters are let through
function isToken(text: string): boolean {
  return /^[^\s()<>@,;:\\"/[\]?=]+$/.test(text);
}

// parameter = attribute "=" value
function parameterOf(segment: string): readonly BodyParameter[] {
  const equals = segment.indexOf("=");
  const name = trimWsp(segment.slice(0, Math.max(equals, 0)));
  return name === "" ? [] : [{ name, value: unquote(trimWsp(segment.slice(equals + 1))) }];
}

/** The text between the `;` that stand outside quotes and comments; comments are gone, quotes still there. */
function segments(text: string): readonly string[] {
  const found: string[] = [];
  let segment = "";
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    if (char === ";") {
      found.push(segment);
      segment = "";
      at += 1;
    } else if (char === '"') {
      const end = quotedEnd(text, at);
      segment += text.slice(at, end);
      at = end;
    } else if (char === "(" && (segment === "" || isWspChar(text.charAt(at - 1)))) {
      // Only after a space: "(" within an unquoted file name is meant literally.
      at = commentEnd(text, at);
    } else {
      segment += char;
      at += 1;
    }
  }
  found.push(segment);
  return found.map(trimWsp);
}

// quoted-string = DQUOTE *(qtext / quoted-pair) DQUOTE; one that never ends lasts until the end
function quotedEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\") at += 1;
  }
  return text.length;
}

// comment = "(" *(ctext / quoted-pair / comment) ")"; one that never ends lasts until the end
function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === "\\") at += 1;
    else if (text[at] === ")") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** The content of the quoted string at the start of the text; the text itself where there is none. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const end = quotedEnd(text, 0);
  const content = text.slice(1, text[end - 1] === '"' && end > 1 ? end - 1 : end);
  return content.replace(/\\(.)/g, "$1");
}
