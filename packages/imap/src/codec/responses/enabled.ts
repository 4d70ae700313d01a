// ENABLED: extensions that are now in use (RFC 5161 section 3.2).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { readCapabilities } from "./capability.ts";

/** Extensions that the server has turned on. */
export interface EnabledResponse {
  readonly type: "ENABLED";
  /** As they came: order and case. */
  readonly capabilities: readonly string[];
}

/** See {@link EnabledResponse}. */
export const enabledResponse: ResponseGrammar<EnabledResponse> = { read: readEnabledResponse, write: writeEnabledResponse };

/** enable-data = "ENABLED" *(SP capability) */
function readEnabledResponse(cursor: Cursor): EnabledResponse {
  return { type: "ENABLED", capabilities: readCapabilities(cursor) };
}

/** See {@link readEnabledResponse}. */
function writeEnabledResponse(writer: Writer, { capabilities }: EnabledResponse): void {
  writer.raw("* ENABLED");
  for (const capability of capabilities) writer.raw(" ").atom(capability);
}
