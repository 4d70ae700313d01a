// A parsed message: its bytes and its tree of entities.

import { withLimits } from "@mailwire/wire";
import type { Entity } from "./entity.ts";
import { EntityParser } from "./entity-parser.ts";
import { DEFAULT_LIMITS, type MessageLimits } from "./limits.ts";

/** A message and where everything stands in it; made by {@link parseMessage}. */
export interface MessageStructure {
  /** The message as it is stored; all ranges count its bytes. */
  readonly raw: Uint8Array;
  /** The message itself as an entity. */
  readonly root: Entity;
  /** The limits that it was parsed with. */
  readonly limits: MessageLimits;
}

/**
 * Finds the structure of a stored message in one pass, in time linear to its length.
 *
 * It never throws because of the message: a media type that cannot be read counts as text/plain, a multipart whose boundary is unknown
 * as well, and parts that are cut off end where the message ends. Lines may end in CRLF or LF. `raw` is kept, not copied.
 * Throws a local `ProtocolError` (`bad-limit`) for limits that cannot be. Next: {@link envelopeOf}, {@link bodyStructureOf}, {@link sectionRanges}.
 */
export function parseMessage(raw: Uint8Array, limits?: Partial<MessageLimits>): MessageStructure {
  const all = withLimits(DEFAULT_LIMITS, limits);
  return { raw, root: new EntityParser(raw, all).parse(), limits: all };
}
