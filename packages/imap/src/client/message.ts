// A message as FETCH tells it.

import type { BodyStructure } from "../codec/body-structure.ts";
import type { DateTime } from "../codec/date-time.ts";
import type { Envelope } from "../codec/envelope.ts";
import type { Flag } from "../codec/flag.ts";
import type { FetchData, FetchDataName, FetchItem } from "../codec/responses/fetch-item.ts";
import type { LiteralStream } from "./literal-queue.ts";

/** One item: as the codec has it, except that large data is a stream. */
export type MessageItem = Exclude<FetchItem, FetchData> | MessageData;

/** Data of a message: its bytes, a stream where they are large (`streamLiteralBytes`), null where there is no such section. */
export type MessageData = FetchDataName & { readonly data: Uint8Array | LiteralStream | null };

/** What the server told of one message. Items that follow large data are known once that has been read. */
export class ImapMessage {
  /** Its number in the mailbox at the moment it was told. */
  readonly sequenceNumber: number;
  readonly #source: { readonly items: readonly MessageItem[] };

  /** `source` holds the items that are known; it may come to hold more. */
  constructor(sequenceNumber: number, source: { readonly items: readonly MessageItem[] }) {
    this.sequenceNumber = sequenceNumber;
    this.#source = source;
  }

  /** All items in the order of the wire. */
  get items(): readonly MessageItem[] {
    return this.#source.items;
  }

  /** UID. */
  get uid(): number | undefined {
    return this.#find("UID")?.uid;
  }

  /** FLAGS. */
  get flags(): readonly Flag[] | undefined {
    return this.#find("FLAGS")?.flags;
  }

  /** INTERNALDATE. */
  get date(): DateTime | undefined {
    return this.#find("INTERNALDATE")?.date;
  }

  /** RFC822.SIZE. */
  get size(): number | undefined {
    return this.#find("RFC822.SIZE")?.octets;
  }

  /** ENVELOPE. */
  get envelope(): Envelope | undefined {
    return this.#find("ENVELOPE")?.envelope;
  }

  /** BODYSTRUCTURE, or BODY without it. */
  get structure(): BodyStructure | undefined {
    return (this.#find("BODYSTRUCTURE") ?? this.#find("BODY"))?.structure;
  }

  /** The data that was told, in order: sections, and the older RFC822 items. */
  get data(): readonly MessageData[] {
    return this.items.filter((item) => "data" in item);
  }

  #find<Type extends MessageItem["type"]>(type: Type): Extract<MessageItem, { readonly type: Type }> | undefined {
    return this.items.find((item): item is Extract<MessageItem, { readonly type: Type }> => item.type === type);
  }
}
