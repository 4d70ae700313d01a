// Arbitrary searches and their results.

import fc from "fast-check";
import type {
  Command,
  ContextUpdate,
  EsearchCommand,
  EsearchResponse,
  PartialResult,
  Response,
  SearchCorrelator,
  UidBatchesResponse,
  MailboxFilter,
  PartialWindow,
  SearchKey,
  SearchReturnOption,
  UnknownParameter,
} from "../../src/codec/index.ts";
import { PLAIN_RETURN_OPTIONS } from "../../src/codec/index.ts";
import {
  ascii,
  date,
  mailbox,
  messageSet,
  modSeq,
  number,
  number64,
  nzNumber,
  numericSet,
  objectId,
  rawValue,
  set,
  text,
  utf8,
  word,
} from "./basics.ts";
import { fetchAttribute } from "./fetch.ts";

/** A key of which texts are `value`s. */
const searchKey = (value: fc.Arbitrary<string>): fc.Arbitrary<SearchKey> =>
  fc.letrec<{ key: SearchKey }>((tie) => ({
    key: fc.oneof(
      { maxDepth: 3 },
      fc
        .constantFrom("ALL" as const, "ANSWERED" as const, "UNSEEN" as const, "NEW" as const, "SAVEDATESUPPORTED" as const)
        .map((type) => ({ type })),
      fc.record({ type: fc.constantFrom("BCC" as const, "SUBJECT" as const, "TEXT" as const, "X-GM-RAW" as const), text: value }),
      fc.record({ type: fc.constantFrom("BEFORE" as const, "SENTON" as const, "SAVEDON" as const), date }),
      fc.record({
        type: fc.constantFrom("KEYWORD" as const, "UNKEYWORD" as const),
        flag: fc.stringMatching(/^[A-Za-z$][A-Za-z0-9]{0,8}$/),
      }),
      fc.record({ type: fc.constant("HEADER" as const), field: value, text: value }),
      fc.record({ type: fc.constantFrom("LARGER" as const, "SMALLER" as const), octets: number }),
      fc.record({ type: fc.constantFrom("OLDER" as const, "YOUNGER" as const), seconds: nzNumber }),
      fc.record(
        {
          type: fc.constant("MODSEQ" as const),
          modSeq,
          entry: fc.record({
            name: fc.constantFrom("/flags/\\draft", "/flags/$mdnsent"),
            type: fc.constantFrom("priv" as const, "shared" as const, "all" as const),
          }),
        },
        { requiredKeys: ["type", "modSeq"] },
      ),
      fc.record({ type: fc.constant("FILTER" as const), filter: word }),
      fc.record({ type: fc.constantFrom("EMAILID" as const, "THREADID" as const), id: objectId }),
      fc.record({ type: fc.constantFrom("X-GM-MSGID" as const, "X-GM-THRID" as const), id: number64 }),
      fc.record({ type: fc.constant("X-GM-LABELS" as const), label: mailbox }),
      fc.record({ type: fc.constantFrom("SEQUENCE" as const, "UID" as const), set: messageSet }),
      fc.record({ type: fc.constantFrom("NOT" as const, "FUZZY" as const), key: tie("key") }),
      fc.record({ type: fc.constant("OR" as const), left: tie("key"), right: tie("key") }),
      fc.record({ type: fc.constant("AND" as const), keys: fc.array(tie("key"), { minLength: 1, maxLength: 3 }) }),
    ),
  })).key;
const keys = fc.array(searchKey(text), { minLength: 1, maxLength: 3 });

/** A window into results. */
const window: fc.Arbitrary<PartialWindow> = fc
  .tuple(nzNumber, nzNumber, fc.constantFrom(1, -1))
  .map(([first, last, sign]) => ({ first: sign * first, last: sign * last }));
const unknownParameter: fc.Arbitrary<UnknownParameter> = fc.record({
  type: fc.constant("unknown" as const),
  name: word.map((name) => `X-${name}`),
  raw: fc.option(fc.constantFrom("92", "1:*,5", '("a" b (1 2))', "()", '"x y"').map(utf8)),
});
const returnOption: fc.Arbitrary<SearchReturnOption> = fc.oneof(
  fc.constantFrom(...PLAIN_RETURN_OPTIONS).map((type) => ({ type })),
  fc.record({ type: fc.constant("PARTIAL" as const), window }),
  fc.constant({ type: "UPDATE" as const }),
  fc.record({ type: fc.constant("UPDATE" as const), attributes: fc.array(fetchAttribute, { minLength: 1, maxLength: 3 }) }),
  unknownParameter,
);
/** Options, which may be none, or none at all. */
const withOptions = <Value extends object>(
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<Value & { returnOptions?: readonly SearchReturnOption[] }> =>
  fc.oneof(
    value,
    fc.tuple(value, fc.array(returnOption, { maxLength: 3 })).map(([one, returnOptions]) => ({ ...one, returnOptions })),
  );

const tag = fc.stringMatching(/^[A-Za-z0-9.]{1,8}$/);

/** What to find: without a charset in US-ASCII, in a charset with any text. */
const program = fc.oneof(
  fc.record({ charset: fc.constant(null), keys: fc.array(searchKey(ascii), { minLength: 1, maxLength: 3 }) }),
  fc.record({ charset: fc.constant("US-ASCII"), keys: fc.constant([{ type: "ALL" as const }]) }),
  fc.record({ charset: fc.constant("UTF-8"), keys }),
);
const filter: fc.Arbitrary<MailboxFilter> = fc.oneof(
  fc.constantFrom("selected" as const, "inboxes" as const, "personal" as const, "subscribed" as const).map((type) => ({ type })),
  fc.record({
    type: fc.constantFrom("subtree" as const, "subtree-one" as const, "mailboxes" as const),
    mailboxes: fc.array(mailbox, { minLength: 1, maxLength: 3 }),
  }),
);
const source = fc.record(
  {
    mailboxes: fc.array(filter, { minLength: 1, maxLength: 3 }),
    scope: fc.array(unknownParameter, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ["mailboxes"] },
);
const esearch: fc.Arbitrary<EsearchCommand> = withOptions(
  fc.oneof(
    program.map((one) => ({ name: "ESEARCH" as const, ...one })),
    fc.tuple(program, source).map(([one, where]) => ({ name: "ESEARCH" as const, source: where, ...one })),
  ),
);
const criterion = fc.record({
  by: word.filter((by) => by !== "REVERSE"),
  order: fc.constantFrom("ascending" as const, "descending" as const),
});

/** Any command that finds messages. */
export const searchCommand: fc.Arbitrary<Command> = fc.oneof(
  withOptions(fc.tuple(fc.constantFrom("SEARCH" as const, "UID SEARCH" as const), program).map(([name, one]) => ({ name, ...one }))),
  esearch,
  withOptions(
    fc.record({
      name: fc.constantFrom("SORT" as const, "UID SORT" as const),
      criteria: fc.array(criterion, { minLength: 1, maxLength: 3 }),
      charset: fc.constant("UTF-8"),
      keys,
    }),
  ),
  fc.record({
    name: fc.constantFrom("THREAD" as const, "UID THREAD" as const),
    algorithm: word,
    charset: fc.constant("UTF-8"),
    keys,
  }),
  fc.record({ name: fc.constant("CANCELUPDATE" as const), tags: fc.array(tag, { minLength: 1, maxLength: 3 }) }),
  fc.record(
    { name: fc.constant("UIDBATCHES" as const), size: nzNumber, batches: fc.record({ first: nzNumber, last: nzNumber }) },
    { requiredKeys: ["name", "size"] },
  ),
);

const correlator: fc.Arbitrary<SearchCorrelator> = fc.record(
  { tag: fc.option(text.filter((value) => value !== "")), mailbox, uidValidity: nzNumber },
  { requiredKeys: ["tag"] },
);
const partial: fc.Arbitrary<PartialResult> = fc.record({ window, set: fc.option(set) });
const update: fc.Arbitrary<ContextUpdate> = fc.record({
  type: fc.constantFrom("ADDTO" as const, "REMOVEFROM" as const),
  changes: fc.array(fc.record({ position: number, set }), { minLength: 1, maxLength: 3 }),
});
const results: fc.Arbitrary<Omit<EsearchResponse, keyof SearchCorrelator>> = fc.record(
  {
    type: fc.constant("ESEARCH" as const),
    numbering: fc.constantFrom("sequence" as const, "uid" as const),
    min: nzNumber,
    max: nzNumber,
    count: number,
    all: set,
    modSeq,
    partial,
    relevancy: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }),
    updates: fc.array(update, { minLength: 1, maxLength: 3 }),
    extensions: fc.array(fc.record({ name: word.map((name) => `X-${name}`), raw: rawValue }), { maxLength: 2 }),
  },
  { requiredKeys: ["type", "numbering", "extensions"] },
);
const batches: fc.Arbitrary<UidBatchesResponse> = fc
  .tuple(correlator, fc.oneof(fc.constant([]), numericSet))
  .filter(([{ tag: asked, mailbox: where, uidValidity }]) => asked !== null || where !== undefined || uidValidity !== undefined)
  .map(([one, found]) => ({ type: "UIDBATCHES", ...one, batches: found }));

/** Any response that tells what was found. */
export const searchResponse: fc.Arbitrary<Response> = fc.oneof(
  fc.record({ type: fc.constantFrom("SEARCH" as const, "SORT" as const), numbers: fc.array(nzNumber) }),
  fc.record({ type: fc.constant("SEARCH" as const), numbers: fc.array(nzNumber, { minLength: 1 }), modSeq }),
  fc.tuple(correlator, results).map(([one, found]) => ({ ...one, ...found })),
  batches,
);
