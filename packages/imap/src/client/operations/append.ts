// APPEND from bytes or from a stream (RFC 3501 section 6.3.11).

import { ProtocolError } from "@mailwire/wire";
import type { AppendCommand } from "../../codec/commands/append-message.ts";
import { dateTime } from "../../codec/date-time.ts";
import type { DateTime } from "../../codec/date-time.ts";
import type { Flag } from "../../codec/flag.ts";
import type { StreamedLiteral } from "../../codec/literal.ts";
import type { MailboxName } from "../../codec/mailbox-name.ts";
import type { Operation, OperationOptions } from "../operation.ts";

/** How a message is appended. */
export interface AppendOptions extends OperationOptions {
  /** Flags to set; default none. */
  readonly flags?: readonly Flag[];
  /** INTERNALDATE to set; default the server's now. */
  readonly date?: DateTime | Date;
  /** How many bytes a streamed message has, at least one: exactly so many must come. */
  readonly size?: number;
}

/** Adds a message to a mailbox. */
export function append(mailbox: MailboxName, message: Uint8Array | AsyncIterable<Uint8Array>, options: AppendOptions): Operation<void> {
  const { flags = [], date, size } = options;
  const command = (bytes: Uint8Array | StreamedLiteral): AppendCommand => ({
    name: "APPEND",
    mailbox,
    messages: [{ flags, date: date instanceof Date ? toDateTime(date) : (date ?? null), extensions: [], data: { type: "literal", bytes } }],
  });
  if (message instanceof Uint8Array) return { command: command(message), result: () => undefined };
  if (size === undefined || size === 0) {
    throw new ProtocolError("local", "missing-size", "IMAP announces the size of a message: give it with the stream, 1 or more");
  }
  return { command: command({ size }), body: message, result: () => undefined };
}

function toDateTime(date: Date): DateTime {
  return dateTime({
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    zoneMinutes: 0,
  });
}
