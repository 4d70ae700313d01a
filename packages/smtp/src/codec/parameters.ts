// Parameters of MAIL and RCPT, RFC 5321 section 4.1.2, kept in order and as they came.

import { ProtocolError } from "@mailwire/wire";
import { meaningOf } from "./line.ts";
import type { Scanner } from "./scanner.ts";

/** `KEYWORD` or `KEYWORD=value`. */
export interface Parameter {
  /** In capitals, in which all comparisons are made. */
  readonly keyword: string;
  /** What stands behind `=`, undecoded; `undefined` when no `=` does. */
  readonly value: string | undefined;
}

/** Makes a {@link Parameter}; throws a local `ProtocolError` (`bad-parameter`) when RFC 5321 does not allow it. */
export function parameter(keyword: string, value?: string): Parameter {
  // Beyond ASCII: RFC 6531 section 3.3.
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(keyword) || (value !== undefined && !/^[!-<>-~\u0080-\u{10ffff}]+$/u.test(value))) {
    throw new ProtocolError("local", "bad-parameter", `not a parameter of RFC 5321: ${JSON.stringify(keyword)}=${JSON.stringify(value)}`);
  }
  return { keyword: keyword.toUpperCase(), value };
}

/** ` KEYWORD=value …`: each with a space in front; throws what {@link parameter} throws. */
export function parametersText(parameters: readonly Parameter[]): string {
  let text = "";
  for (const given of parameters) {
    const { keyword, value } = parameter(given.keyword, given.value);
    text += value === undefined ? ` ${keyword}` : ` ${keyword}=${value}`;
  }
  return text;
}

export const NO_PARAMETERS: readonly Parameter[] = [];

/**
 * Reads parameters up to the end of the line; `undefined` when something else stands there.
 *
 *     Mail-parameters = esmtp-param *(SP esmtp-param)
 *     esmtp-param     = esmtp-keyword ["=" esmtp-value]
 *     esmtp-keyword   = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
 *     esmtp-value     = 1*(%d33-60 / %d62-126)
 */
export function scanParameters(scanner: Scanner): readonly Parameter[] | undefined {
  if (scanner.at === scanner.end) return NO_PARAMETERS;
  const parameters: Parameter[] = [];
  for (;;) {
    const spaces = scanner.skipSpaces();
    if (scanner.at === scanner.end) {
      if (spaces > 0) scanner.odd("extra-space");
      return parameters;
    }
    if (spaces === 0) return undefined;
    if (spaces > 1) scanner.odd("extra-space");
    const found = scanParameter(scanner);
    if (found === undefined) return undefined;
    parameters.push(found);
  }
}

function scanParameter(scanner: Scanner): Parameter | undefined {
  const keyword = scanKeyword(scanner);
  if (keyword === undefined) return undefined;
  if (!scanner.skip(EQUALS)) return { keyword, value: undefined };
  const { text, end } = scanner;
  const start = scanner.at;
  let at = start;
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === DELETE) break;
    if (code === EQUALS) scanner.odd("odd-parameter");
  }
  scanner.at = at;
  return at === start ? undefined : { keyword, value: meaningOf(scanner.from(start)) };
}

function scanKeyword(scanner: Scanner): string | undefined {
  const { text, end } = scanner;
  const start = scanner.at;
  let at = start;
  let lower = false;
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 97 && code <= 122) lower = true;
    else if (!((code >= 65 && code <= 90) || (code >= 48 && code <= 57) || (code === HYPHEN && at > start))) break;
  }
  if (at === start) return undefined;
  scanner.at = at;
  return lower ? scanner.from(start).toUpperCase() : scanner.from(start);
}

const [SPACE, HYPHEN, EQUALS, DELETE] = [32, 45, 61, 127] as const;
