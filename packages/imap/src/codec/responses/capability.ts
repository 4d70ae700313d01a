// CAPABILITY (RFC 3501 section 7.2.1).

import type { Cursor } from "../cursor.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { ATOM } from "../characters.ts";

const SP = 32;

/** What the server can do. */
export interface CapabilityResponse {
  readonly type: "CAPABILITY";
  /** As they came: order and case. */
  readonly capabilities: readonly string[];
}

/** capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev1" *(SP capability) */
export function readCapabilityResponse(cursor: Cursor): CapabilityResponse {
  const capabilities = readCapabilities(cursor);
  cursor.noSpace();
  // Some server answers NAMESPACE under this name: that must not become a set of capabilities.
  if (cursor.at < cursor.end) throw new Malformed("bad-capability");
  return { type: "CAPABILITY", capabilities };
}

/** *(SP capability) ; capability = ("AUTH=" auth-type) / atom */
export function readCapabilities(cursor: Cursor): readonly string[] {
  const capabilities: string[] = [];
  while (cursor.peek() === SP) {
    cursor.space();
    const { at } = cursor;
    if (cursor.run(ATOM) === "") break;
    cursor.at = at;
    capabilities.push(cursor.atom());
  }
  return capabilities;
}

/** See {@link readCapabilityResponse}. */
export function writeCapabilityResponse(writer: Writer, { capabilities }: CapabilityResponse): void {
  writer.raw("* CAPABILITY");
  for (const capability of capabilities) writer.raw(" ").atom(capability);
}
