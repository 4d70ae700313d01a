// From responses to bytes (RFC 3501 section 7).

import { ProtocolError } from "@mailwire/wire";
import type { Segment } from "./literal.ts";
import type { Response } from "./response.ts";

/** `response` as segments to send in order (`bytes` and `stream`); throws a local `ProtocolError` (`bad-response`) for what cannot be said. */
export function encodeResponse(response: Response): readonly Segment[] {
  throw new ProtocolError("local", "unfinished", response.type);
}
