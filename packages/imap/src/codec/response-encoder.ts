// From responses to bytes (RFC 3501 section 7).

import type { Segment } from "./literal.ts";
import type { Response } from "./response.ts";
import { writeKnownResponse } from "./response-registry.ts";
import { writeContinuation, writeTaggedResponse, writeUntaggedResponse } from "./responses/condition.ts";
import { obsoleteResponse } from "./obsolete.ts";
import type { Revision } from "./revision.ts";
import { unsayable, Writer } from "./writer.ts";

/** How {@link encodeResponse} may write strings. */
export interface ResponseEncoding {
  /** From {@link revisionOf}; default IMAP4rev1. In IMAP4rev2 what {@link obsoleteResponse} names cannot be said. */
  readonly revision?: Revision;
}

/**
 * `response` as segments to send in order (`bytes`, and `stream` for literals given by their size). Throws a local `ProtocolError`
 * (`bad-argument`) for what cannot be said.
 */
export function encodeResponse(response: Response, encoding: ResponseEncoding = {}): readonly Segment[] {
  const { revision = "IMAP4rev1" } = encoding;
  const obsolete = revision === "IMAP4rev2" ? obsoleteResponse(response) : undefined;
  if (obsolete !== undefined) throw unsayable(`${obsolete} in IMAP4rev2`);
  const writer = new Writer("server", revision);
  writeResponse(writer, response);
  return writer.finish();
}

function writeResponse(writer: Writer, response: Response): void {
  switch (response.type) {
    case "tagged":
      writeTaggedResponse(writer, response);
      break;
    case "untagged":
      writeUntaggedResponse(writer, response);
      break;
    case "continuation":
      writeContinuation(writer, response);
      break;
    case "unknown":
      writer.raw("* ").verbatim(response.raw);
      break;
    case "invalid":
      writer.verbatim(response.raw);
      break;
    default:
      writeKnownResponse(writer, response);
  }
}
