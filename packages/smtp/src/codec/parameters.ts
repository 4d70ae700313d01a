// Parameters of MAIL and RCPT, RFC 5321 section 4.1.2, kept in order and as they came.

import { ProtocolError } from "@mailwire/wire";
import { meaningOf } from "./line.ts";
import { charactersOf, type Scanner } from "./scanner.ts";

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

const NO_PARAMETERS: readonly Parameter[] = [];

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
  while (scanner.at < scanner.end) {
    const spaces = scanner.skipSpaces();
    if (spaces > 1 || scanner.at === scanner.end) scanner.odd("extra-space");
    if (scanner.at === scanner.end) break;
    const found = spaces === 0 ? undefined : scanParameter(scanner);
    if (found === undefined) return undefined;
    parameters.push(found);
  }
  return parameters;
}

/** A `=` inside a value is in use and therefore read; so are bytes beyond ASCII (RFC 6531 section 3.3). */
function scanParameter(scanner: Scanner): Parameter | undefined {
  let keyword = scanner.run(CAPITALS);
  if (scanner.code !== EQUALS) keyword = (keyword + scanner.run(KEYWORD)).toUpperCase();
  if (keyword === "" || keyword.startsWith("-")) return undefined;
  if (!scanner.skip(EQUALS)) return { keyword, value: undefined };
  let value = scanner.run(VALUE);
  if (scanner.at < scanner.end && scanner.code !== SPACE) {
    const rest = scanner.match(ODD_VALUE);
    if (rest.includes("=")) scanner.odd("odd-parameter");
    value = meaningOf(value + rest);
  }
  return value === "" ? undefined : { keyword, value };
}

/** Nearly all keywords are in capitals already. */
const CAPITALS = charactersOf(/[A-Z0-9-]/);
const KEYWORD = charactersOf(/[A-Za-z0-9-]/);
const VALUE = charactersOf(/[!-<>-~]/);
const ODD_VALUE = /[!-~\x80-\xff]+/y;
const [SPACE, EQUALS] = [32, 61] as const;
