// Arbitrary commands that take messages.

import fc from "fast-check";
import type {
  AppendCommand,
  AppendData,
  AppendMessage,
  CatenatePart,
  Command,
  DateTime,
  MailboxName,
  ReplaceCommand,
  SequenceNumber,
} from "../../src/codec/index.ts";

/** What commands that take messages are made of. */
interface Pieces {
  readonly mailbox: fc.Arbitrary<MailboxName>;
  readonly flags: fc.Arbitrary<readonly string[]>;
  readonly moment: fc.Arbitrary<DateTime>;
  readonly sequenceNumber: fc.Arbitrary<SequenceNumber>;
  readonly text: fc.Arbitrary<string>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(5000).fill(65)));
const extension = fc.record({
  name: fc.constantFrom("X-COLOR", "ANNOTATION", "UID"),
  raw: fc.constantFrom("5", "1:3,7", "18446744073709551615", "()", '("a b" (c "\\"") d)', "(1 (2 (3)))").map(utf8),
});

/** Any command that takes messages. */
export function appending({ mailbox, flags, moment, sequenceNumber, text }: Pieces): fc.Arbitrary<AppendCommand | ReplaceCommand> {
  const part: fc.Arbitrary<CatenatePart> = fc.oneof(
    fc.record({ type: fc.constantFrom("text" as const, "utf8" as const), bytes }),
    fc.record({ type: fc.constant("url" as const), url: text }),
  );
  const data: fc.Arbitrary<AppendData> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("literal" as const, "literal8" as const, "utf8" as const), bytes }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("catenate" as const), parts: fc.array(part, { minLength: 1, maxLength: 5 }) }) },
  );
  const message: fc.Arbitrary<AppendMessage> = fc.record({
    flags,
    date: fc.option(moment),
    extensions: fc.array(extension, { maxLength: 2 }),
    data,
  });
  // The grammar tells data of an extension from what is said of the next message only where that begins with its flags or its date.
  const last = fc.oneof(message, fc.record({ flags, date: fc.option(moment), extensions: fc.constant([]), data: extensionData }));
  return fc.oneof(
    fc.tuple(mailbox, fc.array(message, { maxLength: 3 }), last).map(([to, before, end]): AppendCommand => ({
      name: "APPEND",
      mailbox: to,
      messages: [...before, end],
    })),
    fc.record({
      name: fc.constantFrom("REPLACE" as const, "UID REPLACE" as const),
      replaced: sequenceNumber,
      mailbox,
      message: last,
    }),
  );
}

const extensionData = extension.map(({ name, raw }): AppendData => ({ type: "extension", name, raw }));

/** A command as a decoder gives it: where it takes messages with their sizes, and beside it the bytes of those that have any. */
export function streamed(command: Command): { readonly command: Command; readonly bytes: Uint8Array[] } {
  const passed: Uint8Array[] = [];
  const pass = <Value extends { readonly bytes: unknown }>(value: Value): Value & { readonly bytes: { readonly size: number } } => {
    if (!(value.bytes instanceof Uint8Array)) throw new Error("no bytes");
    if (value.bytes.length > 0) passed.push(value.bytes);
    return { ...value, bytes: { size: value.bytes.length } };
  };
  const messageOf = ({ data, ...rest }: AppendMessage): AppendMessage => {
    if (data.type === "extension") return { ...rest, data };
    if (data.type !== "catenate") return { ...rest, data: pass(data) };
    return { ...rest, data: { ...data, parts: data.parts.map((part) => (part.type === "url" ? part : pass(part))) } };
  };
  if (command.name === "APPEND") return { command: { ...command, messages: command.messages.map(messageOf) }, bytes: passed };
  if (!("replaced" in command)) return { command, bytes: passed };
  return { command: { ...command, message: messageOf(command.message) }, bytes: passed };
}
