// xtext, RFC 3461 section 4: any text inside a parameter value.

import { latin1, utf8 } from "@mailwire/wire";
import { meaningOf } from "./line.ts";

/**
 * `text` as xtext; characters beyond ASCII as their UTF-8 bytes.
 *
 *     xtext   = *( xchar / hexchar )
 *     xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
 *     hexchar = "+" 2(%x30-39 / %x41-46)
 */
export function encodeXtext(text: string): string {
  return latin1(utf8(text)).replace(/[^!-*,-<>-~]/g, (char) => `+${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

/** The text behind xtext; `undefined` when it is none. Hexadecimal digits in lower case are read too. */
export function decodeXtext(xtext: string): string | undefined {
  if (!/^(?:[!-*,-<>-~\u0080-\u{10ffff}]|\+[\dA-Fa-f]{2})*$/u.test(xtext)) return undefined;
  return meaningOf(xtext.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
}
