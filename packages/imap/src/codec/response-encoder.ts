// From responses to bytes (RFC 3501 section 7).

import type { Segment } from "./literal.ts";
import type { Response } from "./response.ts";
import { writeCapabilityResponse } from "./responses/capability.ts";
import { writeContinuation, writeTaggedResponse, writeUntaggedResponse } from "./responses/condition.ts";
import { writeFetchResponse } from "./responses/fetch.ts";
import { writeListResponse } from "./responses/list.ts";
import { writeCountResponse, writeFlagsResponse } from "./responses/mailbox-state.ts";
import { writeEsearchResponse, writeSearchResponse } from "./responses/search.ts";
import { writeStatusResponse } from "./responses/status.ts";
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
      return writeTaggedResponse(writer, response);
    case "untagged":
      return writeUntaggedResponse(writer, response);
    case "continuation":
      return writeContinuation(writer, response);
    case "CAPABILITY":
      return writeCapabilityResponse(writer, response);
    case "LIST":
    case "LSUB":
      return writeListResponse(writer, response);
    case "STATUS":
      return writeStatusResponse(writer, response);
    case "SEARCH":
      return writeSearchResponse(writer, response);
    case "ESEARCH":
      return writeEsearchResponse(writer, response);
    case "FLAGS":
      return writeFlagsResponse(writer, response);
    case "EXISTS":
    case "RECENT":
    case "EXPUNGE":
      return writeCountResponse(writer, response);
    case "FETCH":
      return writeFetchResponse(writer, response);
    case "unknown":
      writer.raw("* ").verbatim(response.raw);
      return;
    case "invalid":
      writer.verbatim(response.raw);
  }
}
