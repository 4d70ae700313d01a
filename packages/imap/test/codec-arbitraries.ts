// Arbitrary commands and responses, for the round trips of the codec.

import { Secret } from "@mailwire/wire";
import fc from "fast-check";
import type {
  Address,
  BodyDisposition,
  BodyExtension,
  BodyParameter,
  BodyStructure,
  Command,
  Envelope,
  FetchItem,
  Response,
  StatusItem,
  Thread,
} from "../src/codec/index.ts";
import { decodeMailboxName } from "../src/codec/index.ts";
import { appending } from "./arbitraries/append.ts";
import { fetchCommand } from "./arbitraries/fetch.ts";
import { mailboxCommand } from "./arbitraries/mailbox.ts";
import { responseCode } from "./arbitraries/response-code.ts";
import { part, section } from "./arbitraries/section.ts";
import { listExtended, smallCommand, smallResponse } from "./arbitraries/small-commands.ts";
import {
  utf8,
  text,
  nstring,
  word,
  flags,
  nzNumber,
  number,
  modSeq,
  sequenceNumber,
  messageSet,
  numericSet,
  mailbox,
  moment,
  objectId,
  number64,
  rawValue,
} from "./arbitraries/basics.ts";
import { searchCommand, searchResponse } from "./arbitraries/search.ts";

const address: fc.Arbitrary<Address> = fc.record({ name: nstring, route: nstring, mailbox: nstring, host: nstring });
const addresses = fc.option(fc.array(address, { minLength: 1, maxLength: 3 }));
/** Any envelope. */
const envelope: fc.Arbitrary<Envelope> = fc.record({
  date: nstring,
  subject: nstring,
  from: addresses,
  sender: addresses,
  replyTo: addresses,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  inReplyTo: nstring,
  messageId: nstring,
});

const parameter: fc.Arbitrary<BodyParameter> = fc.record({ name: text, value: text });
const parameters = fc.option(fc.array(parameter, { minLength: 1, maxLength: 3 }));
const disposition: fc.Arbitrary<BodyDisposition | null> = fc.option(fc.record({ type: text, parameters }));
const extension = fc.letrec<{ value: BodyExtension }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, nstring, number, fc.array(tie("value"), { minLength: 1, maxLength: 3 })),
})).value;
const extensionData = fc.oneof(
  fc.constant({}),
  fc.record({ disposition }),
  fc.record({ disposition, language: fc.option(fc.array(text, { minLength: 1, maxLength: 2 })) }),
  fc.record({
    disposition,
    language: fc.option(fc.array(text, { minLength: 1, maxLength: 2 })),
    location: nstring,
    extensions: fc.array(extension, { minLength: 1, maxLength: 2 }),
  }),
);
const fields = fc.record({ parameters, id: nstring, description: nstring, encoding: text, octets: number });
const partExtensions = fc.oneof(
  fc.constant({}),
  fc.tuple(nstring, extensionData).map(([md5, rest]) => ({ md5, ...rest })),
);
/** Any structure of a message. */
const bodyStructure: fc.Arbitrary<BodyStructure> = fc.letrec<{ body: BodyStructure }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc
      .tuple(fields, text, text, partExtensions)
      .map(([rest, type, subtype, more]): BodyStructure => ({ kind: "basic", type, subtype, ...rest, ...more })),
    fc
      .tuple(fields, fc.constantFrom("text", "TEXT"), text, number, partExtensions)
      .map(([rest, type, subtype, lines, more]): BodyStructure => ({ kind: "text", type, subtype, ...rest, lines, ...more })),
    fc.tuple(fields, envelope, tie("body"), number, partExtensions).map(([rest, inner, structure, lines, more]): BodyStructure => ({
      kind: "message",
      type: "message",
      subtype: "RFC822",
      ...rest,
      envelope: inner,
      structure,
      lines,
      ...more,
    })),
    fc
      .tuple(
        fc.array(tie("body"), { minLength: 1, maxLength: 3 }),
        text,
        fc.oneof(
          fc.constant({}),
          fc.tuple(parameters, extensionData).map(([own, more]) => ({ parameters: own, ...more })),
        ),
      )
      .map(([parts, subtype, more]): BodyStructure => ({ kind: "multipart", parts, subtype, ...more })),
  ),
})).body;

/** Text for people, as it can be told apart from what stands before it. */
const respText = fc
  .string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), minLength: 1 })
  .map((value) => `.${value}`);
const data = fc.option(fc.uint8Array({ maxLength: 200 }));
/** Any item of a FETCH response. */
const fetchItem: fc.Arbitrary<FetchItem> = fc.oneof(
  fc.record({ type: fc.constant("UID" as const), uid: nzNumber }),
  fc.record({ type: fc.constant("FLAGS" as const), flags }),
  fc.record({ type: fc.constant("INTERNALDATE" as const), date: moment }),
  fc.record({ type: fc.constant("RFC822.SIZE" as const), octets: number }),
  fc.record({ type: fc.constant("MODSEQ" as const), modSeq }),
  fc.record({ type: fc.constant("ENVELOPE" as const), envelope }),
  fc.record({ type: fc.constantFrom("BODY" as const, "BODYSTRUCTURE" as const), structure: bodyStructure }),
  fc.record({ type: fc.constant("BODY[]" as const), section, origin: fc.option(number), data }),
  fc.record({ type: fc.constantFrom("RFC822" as const, "RFC822.HEADER" as const, "RFC822.TEXT" as const), data }),
  fc.record({ type: fc.constant("BINARY[]" as const), part, origin: fc.option(number), data }),
  fc.record({ type: fc.constant("BINARY.SIZE[]" as const), part, octets: number }),
  fc.record({ type: fc.constant("EMAILID" as const), id: objectId }),
  fc.record({ type: fc.constant("THREADID" as const), id: fc.option(objectId) }),
  fc.record({ type: fc.constant("PREVIEW" as const), text: nstring }),
  fc.record({ type: fc.constant("SAVEDATE" as const), date: fc.option(moment) }),
  fc.record({ type: fc.constantFrom("X-GM-MSGID" as const, "X-GM-THRID" as const), id: number64 }),
  fc.record({
    type: fc.constant("X-GM-LABELS" as const),
    labels: fc.array(fc.oneof(mailbox, fc.constantFrom("\\Inbox", "\\Sent").map(decodeMailboxName)), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant("unknown" as const), name: word.map((name) => `X-${name}`), raw: rawValue }),
);
const statusItem: fc.Arbitrary<StatusItem> = fc.oneof(
  fc.record({ type: fc.constantFrom("MESSAGES" as const, "RECENT" as const, "UIDNEXT" as const, "UNSEEN" as const), value: number }),
  fc.record({ type: fc.constantFrom("HIGHESTMODSEQ" as const, "SIZE" as const, "DELETED-STORAGE" as const), value: modSeq }),
  fc.record({ type: fc.constant("APPENDLIMIT" as const), value: fc.option(number) }),
  fc.record({ type: fc.constant("MAILBOXID" as const), id: objectId }),
  fc.record({ type: fc.constant("unknown" as const), name: word.map((name) => `X-${name}`), raw: rawValue }),
);

const idField = fc.record({ name: text, value: nstring });
const namespaces = fc.option(
  fc.array(
    fc.record({
      prefix: mailbox,
      delimiter: fc.constantFrom(null, "/", ".", "\\", '"'),
      extensions: fc.array(fc.record({ name: text, values: fc.array(text, { minLength: 1, maxLength: 2 }) }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
);
const numbers = fc.array(nzNumber, { minLength: 1, maxLength: 3 });
const thread: fc.Arbitrary<Thread> = fc.letrec<{ thread: Thread }>((tie) => ({
  thread: fc.oneof(
    { maxDepth: 3 },
    fc.record({ numbers, branches: fc.constant([]) }),
    fc.record({ numbers: fc.oneof(numbers, fc.constant([])), branches: fc.array(tie("thread"), { minLength: 2, maxLength: 3 }) }),
  ),
})).thread;
const entryName = fc.constantFrom("/shared/comment", "/private/x y");
/** Responses of extensions. */
const extensionResponse: fc.Arbitrary<Response> = fc.oneof(
  fc.record({ type: fc.constant("ID" as const), fields: fc.option(fc.array(idField, { maxLength: 3 })) }),
  fc.record({ type: fc.constant("NAMESPACE" as const), personal: namespaces, otherUsers: namespaces, shared: namespaces }),
  fc.record({ type: fc.constant("ENABLED" as const), capabilities: fc.array(word) }),
  fc.record({
    type: fc.constant("QUOTA" as const),
    root: text,
    resources: fc.array(fc.record({ name: word, usage: number64, limit: number64 }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant("QUOTAROOT" as const), mailbox, roots: fc.array(text, { maxLength: 3 }) }),
  fc.record({ type: fc.constant("THREAD" as const), threads: fc.array(thread, { maxLength: 3 }) }),
  fc.record({ type: fc.constant("VANISHED" as const), when: fc.constantFrom("earlier" as const, "now" as const), uids: numericSet }),
  fc.record({
    type: fc.constant("ACL" as const),
    mailbox,
    entries: fc.array(fc.record({ identifier: text, rights: text }), { maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant("LISTRIGHTS" as const),
    mailbox,
    identifier: text,
    required: text,
    optional: fc.array(text, { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant("MYRIGHTS" as const), mailbox, rights: text }),
  fc.record({
    type: fc.constant("METADATA" as const),
    mailbox,
    entries: fc.oneof(
      fc.array(fc.record({ name: entryName, value: data })),
      fc.array(fc.record({ name: entryName }), { minLength: 1, maxLength: 3 }),
    ),
  }),
);

/** Any response. */
export const response: fc.Arbitrary<Response> = fc.oneof(
  extensionResponse,
  extensionResponse,
  fc.record({
    type: fc.constant("tagged" as const),
    tag: fc.stringMatching(/^[A-Za-z0-9.]{1,8}$/),
    status: fc.constantFrom("OK" as const, "NO" as const, "BAD" as const),
    code: fc.option(responseCode),
    text: respText,
  }),
  fc.record({
    type: fc.constant("untagged" as const),
    status: fc.constantFrom("OK" as const, "NO" as const, "BAD" as const, "PREAUTH" as const, "BYE" as const),
    code: fc.option(responseCode),
    text: respText,
  }),
  fc.record({ type: fc.constant("continuation" as const), text: respText }),
  fc.record({ type: fc.constant("CAPABILITY" as const), capabilities: fc.array(word) }),
  fc.record(
    {
      type: fc.constantFrom("LIST" as const, "LSUB" as const, "XLIST" as const),
      attributes: flags,
      delimiter: fc.constantFrom(null, "/", ".", "\\", '"'),
      mailbox,
      extended: listExtended,
    },
    { requiredKeys: ["type", "attributes", "delimiter", "mailbox"] },
  ),
  smallResponse,
  smallResponse,
  fc.record({ type: fc.constant("STATUS" as const), mailbox, items: fc.array(statusItem) }),
  searchResponse,
  searchResponse,
  fc.record({ type: fc.constant("FLAGS" as const), flags }),
  fc.record({ type: fc.constantFrom("EXISTS" as const, "RECENT" as const), count: number }),
  fc.record({ type: fc.constant("EXPUNGE" as const), sequenceNumber: nzNumber }),
  fc.record({ type: fc.constant("FETCH" as const), sequenceNumber: nzNumber, items: fc.array(fetchItem, { maxLength: 4 }) }),
  fc.record({ type: fc.constant("UIDFETCH" as const), uid: nzNumber, items: fc.array(fetchItem, { maxLength: 4 }) }),
  fc.record({
    type: fc.constant("unknown" as const),
    name: fc.constant("XNEW"),
    raw: rawValue.map((raw) => utf8(`XNEW ${new TextDecoder().decode(raw)}`)),
  }),
);

/** Commands of extensions. */
const extensionCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ name: fc.constant("ID" as const), fields: fc.option(fc.array(idField, { maxLength: 3 })) }),
  fc.record({ name: fc.constant("ENABLE" as const), capabilities: fc.array(word, { minLength: 1, maxLength: 3 }) }),
  fc.record({ name: fc.constant("COMPRESS" as const), algorithm: word }),
  fc.record({ name: fc.constant("GETQUOTA" as const), root: text }),
  fc.record({
    name: fc.constant("SETQUOTA" as const),
    root: text,
    limits: fc.array(fc.record({ name: word, limit: number64 }), { maxLength: 3 }),
  }),
  fc.record({ name: fc.constant("SETACL" as const), mailbox, identifier: text, rights: text }),
  fc.record({ name: fc.constantFrom("DELETEACL" as const, "LISTRIGHTS" as const), mailbox, identifier: text }),
  fc.record({
    name: fc.constant("GETMETADATA" as const),
    mailbox,
    entries: fc.array(entryName, { minLength: 1, maxLength: 3 }),
    maxSize: fc.option(number),
    depth: fc.constantFrom("0" as const, "1" as const, "INFINITY" as const),
  }),
  fc.record({
    name: fc.constant("SETMETADATA" as const),
    mailbox,
    entries: fc.array(fc.record({ name: entryName, value: data }), { minLength: 1, maxLength: 3 }),
  }),
);

/** Any command. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  fc
    .constantFrom(
      "CAPABILITY" as const,
      "NOOP" as const,
      "LOGOUT" as const,
      "STARTTLS" as const,
      "IDLE" as const,
      "NAMESPACE" as const,
      "UNSELECT" as const,
    )
    .map((name) => ({ name })),
  fc.record({ name: fc.constant("LOGIN" as const), user: text, password: text.map((value) => new Secret(value)) }),
  fc.record({
    name: fc.constant("AUTHENTICATE" as const),
    mechanism: fc.constantFrom("PLAIN", "SCRAM-SHA-256"),
    initialResponse: fc.option(fc.constantFrom("=", "AGFsaWNlAHNlY3JldDE=").map((value) => new Secret(value))),
  }),
  mailboxCommand,
  mailboxCommand,
  smallCommand,
  smallCommand,
  fetchCommand,
  fetchCommand,
  appending({ mailbox, flags, moment, sequenceNumber, text }),
  searchCommand,
  searchCommand,
  fc.record({
    name: fc.constantFrom("COPY" as const, "UID COPY" as const, "MOVE" as const, "UID MOVE" as const),
    set: messageSet,
    mailbox,
  }),
  fc.record({ name: fc.constant("UID EXPUNGE" as const), set: messageSet }),
  extensionCommand,
  extensionCommand,
  fc.record({
    name: fc.constant("unknown" as const),
    verb: fc.constantFrom("XNEW", "UID XMOVE"),
    arguments: fc.option(fc.constantFrom("a b", '("x")').map(utf8)),
  }),
);

/** Pieces of IMAP in no order that means anything, and bytes of no meaning at all. */
export const nonsense: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: fc.constantFrom(...'*|* |+ |a1 |OK |NO|BAD|BYE |[|]|(|)| |  |\r\n|\n|\r|\0|"|\\|NIL|1|0|4294967296|*:5|,'.split("|")),
        },
        {
          weight: 8,
          arbitrary: fc.constantFrom(
            ...'FETCH|UIDFETCH|UIDBATCHES (TAG "a")|RETURN (|PARTIAL (-1:-5 |ADDTO (|BODY|BODY[]|BODY[HEADER.FIELDS (A)]|<0>|ENVELOPE|BODYSTRUCTURE|FLAGS|\\Seen|UID|MODSEQ|INTERNALDATE|LIST|STATUS|SEARCH|ESEARCH|CAPABILITY|EXISTS|RFC822|UIDNEXT'.split(
              "|",
            ),
          ),
        },
        {
          weight: 4,
          arbitrary: fc.constantFrom(
            "{0}\r\n",
            "{2}\r\n",
            "{3+}\r\nabc",
            "~{1}\r\n",
            "{40}\r\n",
            "{99999999999999999999999}\r\n",
            "{5}",
            '"text" ',
          ),
        },
        {
          weight: 2,
          arbitrary: fc.constantFrom("LOGIN", "APPEND", "SELECT", "inbox", "STORE", "+FLAGS", "NOT", "OR", "a2 NOOP\r\n", "AUTHENTICATE"),
        },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 5 }) },
      ),
      { maxLength: 40 },
    )
    .map((pieces) => utf8(pieces.join(""))),
);
