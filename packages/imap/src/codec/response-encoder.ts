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
import { writeAclResponse, writeListRightsResponse, writeMyRightsResponse } from "./responses/acl.ts";
import { writeEnabledResponse } from "./responses/enabled.ts";
import { writeIdResponse } from "./responses/id.ts";
import { writeMetadataResponse } from "./responses/metadata.ts";
import { writeNamespaceResponse } from "./responses/namespace.ts";
import { writeQuotaResponse, writeQuotaRootResponse } from "./responses/quota.ts";
import { writeThreadResponse } from "./responses/thread.ts";
import { writeVanishedResponse } from "./responses/vanished.ts";
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
    case "CAPABILITY":
      writeCapabilityResponse(writer, response);
      break;
    case "LIST":
    case "LSUB":
    case "XLIST":
      writeListResponse(writer, response);
      break;
    case "STATUS":
      writeStatusResponse(writer, response);
      break;
    case "SEARCH":
    case "SORT":
      writeSearchResponse(writer, response);
      break;
    case "ESEARCH":
      writeEsearchResponse(writer, response);
      break;
    case "FLAGS":
      writeFlagsResponse(writer, response);
      break;
    case "EXISTS":
    case "RECENT":
    case "EXPUNGE":
      writeCountResponse(writer, response);
      break;
    case "FETCH":
      writeFetchResponse(writer, response);
      break;
    case "ID":
      writeIdResponse(writer, response);
      break;
    case "NAMESPACE":
      writeNamespaceResponse(writer, response);
      break;
    case "ENABLED":
      writeEnabledResponse(writer, response);
      break;
    case "QUOTA":
      writeQuotaResponse(writer, response);
      break;
    case "QUOTAROOT":
      writeQuotaRootResponse(writer, response);
      break;
    case "THREAD":
      writeThreadResponse(writer, response);
      break;
    case "VANISHED":
      writeVanishedResponse(writer, response);
      break;
    case "ACL":
      writeAclResponse(writer, response);
      break;
    case "LISTRIGHTS":
      writeListRightsResponse(writer, response);
      break;
    case "MYRIGHTS":
      writeMyRightsResponse(writer, response);
      break;
    case "METADATA":
      writeMetadataResponse(writer, response);
      break;
    case "unknown":
      writer.raw("* ").verbatim(response.raw);
      break;
    case "invalid":
      writer.verbatim(response.raw);
  }
}
