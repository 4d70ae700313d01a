// NOTIFY, LANGUAGE, COMPARATOR, URLAUTH, CONVERT and what answers them.

import fc from "fast-check";
import type { Command, ListExtendedItem, NotifyEvent, Response, UrlItem } from "../../src/codec/index.ts";
import { fetchAttribute } from "./fetch.ts";
import { part } from "./section.ts";
import { mailbox, messageSet, nzNumber, rawValue, text, utf8, word } from "./basics.ts";

const texts = fc.array(text, { maxLength: 3 });
const mailboxes = fc.array(mailbox, { minLength: 1, maxLength: 3 });
const attributes = fc.array(fetchAttribute, { minLength: 1, maxLength: 3 });
const event: fc.Arbitrary<NotifyEvent> = fc.oneof(
  fc.record({ type: fc.constant("MessageNew" as const), items: fc.oneof(fc.constant([]), attributes) }),
  fc
    .constantFrom("MessageExpunge" as const, "FlagChange" as const, "MailboxName" as const, "ServerMetadataChange" as const)
    .map((type) => ({ type })),
  fc.record({ type: fc.constant("unknown" as const), name: word.map((name) => `X-${name}`) }),
);
const eventGroup = fc.record({
  mailboxes: fc.oneof(
    fc.constantFrom("selected" as const, "selected-delayed" as const, "inboxes" as const, "personal" as const).map((type) => ({ type })),
    fc.record({ type: fc.constantFrom("subtree" as const, "mailboxes" as const), mailboxes }),
  ),
  events: fc.array(event, { maxLength: 3 }),
});

/** The commands. */
export const smallCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    name: fc.constant("NOTIFY" as const),
    wanted: fc.option(fc.record({ status: fc.boolean(), groups: fc.array(eventGroup, { minLength: 1, maxLength: 3 }) })),
  }),
  fc.record({ name: fc.constantFrom("LANGUAGE" as const, "COMPARATOR" as const), preferences: texts }),
  fc.record({
    name: fc.constant("GENURLAUTH" as const),
    urls: fc.array(fc.record({ rump: text, mechanism: word }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ name: fc.constant("RESETKEY" as const), mailbox, mechanisms: fc.array(word, { maxLength: 2 }) }),
  fc.constant({ name: "RESETKEY" as const, mailbox: null, mechanisms: [] }),
  fc.record({
    name: fc.constant("URLFETCH" as const),
    urls: fc.array(fc.record({ url: text, parameters: fc.array(word, { maxLength: 2 }) }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ name: fc.constant("CONVERSIONS" as const), from: text, to: text }),
  fc.record({
    name: fc.constantFrom("CONVERT" as const, "UID CONVERT" as const),
    set: messageSet,
    mediaType: fc.option(text),
    parameters: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
    items: fc.array(
      fc.oneof(
        fetchAttribute,
        fc.record({ type: fc.constantFrom("BODYPARTSTRUCTURE[]" as const, "AVAILABLECONVERSIONS[]" as const), part }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.constant({ name: "GETJMAPACCESS" as const }),
);

const bytes = fc.option(fc.uint8Array({ maxLength: 100 }));
const urlItem: fc.Arbitrary<UrlItem> = fc.oneof(
  fc.record({ type: fc.constantFrom("BODY" as const, "BINARY" as const), data: bytes }),
  fc.constant({
    type: "BODYPARTSTRUCTURE" as const,
    structure: {
      kind: "basic",
      type: "a",
      subtype: "b",
      parameters: null,
      id: null,
      description: null,
      encoding: "8BIT",
      octets: 3,
    } as const,
  }),
  fc.record({ type: fc.constant("unknown" as const), name: word.map((name) => `X-${name}`), raw: rawValue }),
);

/** The responses. */
export const smallResponse: fc.Arbitrary<Response> = fc.oneof(
  fc.record({ type: fc.constant("LANGUAGE" as const), languages: texts }),
  fc.record({ type: fc.constant("COMPARATOR" as const), active: text, matching: texts }),
  fc.record({ type: fc.constant("GENURLAUTH" as const), urls: fc.array(text, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    type: fc.constant("URLFETCH" as const),
    urls: fc.array(
      fc.oneof(fc.record({ url: text, data: bytes }), fc.record({ url: text, items: fc.array(urlItem, { minLength: 1, maxLength: 3 }) })),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ type: fc.constant("CONVERSION" as const), from: text, to: text, parameters: texts }),
  fc.record({
    type: fc.constant("CONVERTED" as const),
    sequenceNumber: nzNumber,
    tag: text,
    raw: fc.constantFrom("()", "(UID 1 BINARY[2] {3}\r\n)\r\n)").map((value) => new TextEncoder().encode(value)),
  }),
  fc.record({ type: fc.constant("JMAPACCESS" as const), url: text }),
);

/** What LIST tells besides. */
export const listExtended: fc.Arbitrary<readonly ListExtendedItem[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("CHILDINFO" as const), options: fc.array(fc.constantFrom("SUBSCRIBED", "X-New"), { maxLength: 2 }) }),
    fc.record({ type: fc.constant("OLDNAME" as const), mailbox }),
    fc.tuple(word, rawValue).map(([name, raw]) => ({
      type: "unknown" as const,
      name: `X-${name}`,
      raw: Uint8Array.of(...utf8(`X-${name} `), ...raw),
    })),
  ),
  { maxLength: 3 },
);
