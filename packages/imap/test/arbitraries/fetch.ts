// FETCH and STORE.

import fc from "fast-check";
import type { Command, FetchAttribute, FetchModifier, PartialWindow, StoreModifier } from "../../src/codec/index.ts";
import { PLAIN_FETCH_ATTRIBUTES } from "../../src/codec/index.ts";
import { flags, mailbox, messageSet, modSeq, number, nzNumber, utf8, word } from "./basics.ts";
import { unknownParameter, value } from "./parameters.ts";
import { part, section } from "./section.ts";

const partial = fc.option(fc.record({ offset: number, length: nzNumber }));

/** Any attribute. */
export const fetchAttribute: fc.Arbitrary<FetchAttribute> = fc.oneof(
  fc.constantFrom(...PLAIN_FETCH_ATTRIBUTES).map((type) => ({ type })),
  fc.record({ type: fc.constantFrom("BODY[]" as const, "BODY.PEEK[]" as const), section, partial }),
  fc.record({ type: fc.constantFrom("BINARY[]" as const, "BINARY.PEEK[]" as const), part, partial }),
  fc.record({ type: fc.constant("BINARY.SIZE[]" as const), part }),
  fc.record({ type: fc.constant("PREVIEW" as const), lazy: fc.boolean() }),
  fc.record({
    type: fc.constant("unknown" as const),
    name: word.map((name) => `X-${name}`),
    raw: fc.option(fc.constantFrom("[1.2]", "[x (y)]<0.5>", "<1.2>", ' (a "b" (c))', "[1] (d)").map(utf8)),
  }),
);

/** Any window. */
const partialWindow: fc.Arbitrary<PartialWindow> = fc
  .tuple(nzNumber, nzNumber, fc.constantFrom(1, -1))
  .map(([first, last, sign]) => ({ first: first * sign, last: last * sign }));

const fetchModifier: fc.Arbitrary<FetchModifier> = fc.oneof(
  fc.record({ type: fc.constant("CHANGEDSINCE" as const), modSeq }),
  fc.constant({ type: "VANISHED" as const }),
  fc.record({ type: fc.constant("PARTIAL" as const), window: partialWindow }),
  unknownParameter,
);

const storeModifier: fc.Arbitrary<StoreModifier> = fc.oneof(
  fc.record({ type: fc.constant("UNCHANGEDSINCE" as const), modSeq }),
  unknownParameter,
);

const stored = {
  name: fc.constantFrom("STORE" as const, "UID STORE" as const),
  set: messageSet,
  modifiers: fc.array(storeModifier, { minLength: 1, maxLength: 3 }),
  action: fc.constantFrom("replace" as const, "add" as const, "remove" as const),
  silent: fc.boolean(),
};
const required = ["name", "set", "action", "silent"] as const;

/** FETCH and STORE, of all kinds. */
export const fetchCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record(
    {
      name: fc.constantFrom("FETCH" as const, "UID FETCH" as const),
      set: messageSet,
      items: fc.oneof(
        fc.constantFrom("ALL" as const, "FAST" as const, "FULL" as const),
        fc.array(fetchAttribute, { minLength: 1, maxLength: 4 }),
      ),
      modifiers: fc.array(fetchModifier, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ["name", "set", "items"] },
  ),
  fc.record({ ...stored, flags }, { requiredKeys: [...required, "flags"] }),
  fc.record(
    { ...stored, labels: fc.array(fc.oneof(mailbox, fc.constantFrom({ raw: "\\Inbox", name: "\\Inbox" })), { maxLength: 3 }) },
    { requiredKeys: [...required, "labels"] },
  ),
  fc.record(
    { ...stored, attribute: word.map((name) => `X-${name}`).filter((name) => !name.endsWith(".SILENT")), raw: value },
    { requiredKeys: [...required, "attribute", "raw"] },
  ),
);
