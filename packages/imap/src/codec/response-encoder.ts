// From responses to bytes (RFC 3501 section 7).

import type { Segment } from "./literal.ts";
import type { Response } from "./response.ts";
import { writeKnownResponse } from "./response-registry.ts";
import { writeContinuation, writeTaggedResponse, writeUntaggedResponse } from "./responses/condition.ts";
import { Writer } from "./writer.ts";

/**
 * `response` as segments to send in order (`bytes`, and `stream` for literals given by their size). Throws a local `ProtocolError`
 * (`bad-argument`) for what cannot be said.
 */
export function encodeResponse(response: Response): readonly Segment[] {
  const writer = new Writer("server");
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
