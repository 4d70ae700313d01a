// Writing response codes (RFC 3501 section 7.1).

import type { PlainCodeName, ResponseCode } from "./response-code.ts";
import { isPlainCodeName } from "./response-code.ts";
import { writeArgumentCode } from "./response-code-registry.ts";
import { writeUntilBracket } from "./response-codes/text.ts";
import type { Writer } from "./writer.ts";

/** The code in its brackets. */
export function writeResponseCode(writer: Writer, code: ResponseCode): void {
  writer.raw("[");
  if (code.type === "unknown" || code.type === "invalid") writeOtherCode(writer, code.name, code.arguments);
  else if (isPlainCode(code)) writer.raw(code.type);
  else writeArgumentCode(writer, code);
  writer.raw("]");
}

function isPlainCode(code: ResponseCode): code is { readonly type: PlainCodeName } {
  return isPlainCodeName(code.type);
}

function writeOtherCode(writer: Writer, name: string, rest: string | null): void {
  writer.atom(name);
  if (rest !== null) writeUntilBracket(writer.raw(" "), rest, `the arguments of ${name}`);
}
