// The messages of a maildrop one after another, asked for ahead of the one that is being read.

import { ProtocolError } from "@mailwire/wire";
import type { ScanListing, UniqueIdListing } from "../codec/listing.ts";
import type { MessageBody } from "./message-body.ts";
import { Pop3ReplyError } from "./reply-error.ts";

/** A message as LIST and UIDL tell of it. */
export interface ListedMessage {
  /** Message number, from 1. */
  readonly message: number;
  /** Its size as the server announces it. */
  readonly octets: number;
  /** Its unique-id; `undefined` when the server has none. Identical messages may share one (RFC 1939 section 7). */
  readonly uid: string | undefined;
}

/** A message, on its way. */
export interface FetchedMessage extends ListedMessage {
  /** What is not read before the next message is asked for is left: see {@link MessageBody.leave}. */
  readonly body: MessageBody;
}

/** Which messages, and how. */
export interface MessagesOptions {
  /** Which ones to fetch; all unless given. */
  readonly where?: (message: ListedMessage) => boolean;
  /** How many are asked for ahead of the one being read, as long as they are small; default 16. */
  readonly ahead?: number;
}

/** What of a client is needed here. */
export interface MessageSource {
  list(): Promise<readonly ScanListing[]>;
  uidl(): Promise<readonly UniqueIdListing[]>;
  retr(message: number): MessageBody;
}

/** Fetches; no more than `maxAheadBytes`, as announced, are asked for ahead. */
export async function* fetchMessages(
  source: MessageSource,
  { where = () => true, ahead = 16 }: MessagesOptions,
  maxAheadBytes: number,
): AsyncGenerator<FetchedMessage, void, undefined> {
  if (!(ahead >= 0)) throw new ProtocolError("local", "bad-argument", `${ahead} messages cannot be asked for ahead`);
  const wanted = (await listAll(source)).filter((message) => where(message));
  const onTheirWay: FetchedMessage[] = [];
  /** Of those on their way behind the first. */
  let bytes = 0;
  let next = 0;
  const askMore = (): void => {
    for (let listed = wanted[next]; listed !== undefined; listed = wanted[next]) {
      const isAhead = onTheirWay.length > 0;
      if (isAhead && (onTheirWay.length > ahead || bytes + listed.octets > maxAheadBytes)) return;
      if (isAhead) bytes += listed.octets;
      const { message, octets, uid } = listed;
      onTheirWay.push({ message, octets, uid, body: source.retr(message) });
      next += 1;
    }
  };
  try {
    for (;;) {
      // Several are asked for in one write.
      if (onTheirWay.length <= Math.ceil(ahead / 2)) askMore();
      const [first, second] = onTheirWay;
      if (first === undefined) return;
      yield first;
      first.body.leave();
      onTheirWay.shift();
      bytes -= second?.octets ?? 0;
    }
  } finally {
    for (const { body } of onTheirWay) body.leave();
  }
}

/** Sizes and unique-ids by message number; a server need not know UIDL. */
async function listAll(source: MessageSource): Promise<readonly ListedMessage[]> {
  const [scans, uniqueIds] = await Promise.all([source.list(), source.uidl().catch(withoutUidl)]);
  const uids = new Map(uniqueIds.map(({ message, uid }) => [message, uid]));
  return scans.map(({ message, octets }) => ({ message, octets, uid: uids.get(message) }));
}

function withoutUidl(error: unknown): readonly UniqueIdListing[] {
  if (error instanceof Pop3ReplyError) return [];
  throw error;
}
