// Commands about mailboxes.

import fc from "fast-check";
import type { Command, ListReturnOption, ListSelectionOption, SelectParameter } from "../../src/codec/index.ts";
import { STATUS_ATTRIBUTES } from "../../src/codec/index.ts";
import { flag, mailbox, modSeq, nzNumber, set, text, word } from "./basics.ts";
import { unknownParameter } from "./parameters.ts";

const selectParameter: fc.Arbitrary<SelectParameter> = fc.oneof(
  fc.constant({ type: "CONDSTORE" as const }),
  fc.record({
    type: fc.constant("QRESYNC" as const),
    uidValidity: nzNumber,
    modSeq,
    knownUids: fc.option(set),
    sequenceMatch: fc.option(fc.record({ sequenceNumbers: set, uids: set })),
  }),
  unknownParameter,
);

const statusItems = fc.array(
  fc.oneof(
    fc.constantFrom(...STATUS_ATTRIBUTES),
    word.map((name) => `X-${name}`),
  ),
  { minLength: 1, maxLength: 3 },
);

const selectionOptions: fc.Arbitrary<readonly ListSelectionOption[]> = fc
  .array(
    fc.oneof(
      fc.constantFrom("SUBSCRIBED" as const, "REMOTE" as const, "SPECIAL-USE" as const).map((type) => ({ type })),
      unknownParameter,
    ),
    { maxLength: 3 },
  )
  .chain((options) =>
    options.some(({ type }) => type === "SUBSCRIBED")
      ? fc.constantFrom(options, [...options, { type: "RECURSIVEMATCH" as const }])
      : fc.constant(options),
  );

const returnOption: fc.Arbitrary<ListReturnOption> = fc.oneof(
  fc.constantFrom("SUBSCRIBED" as const, "CHILDREN" as const, "SPECIAL-USE" as const, "MYRIGHTS" as const).map((type) => ({ type })),
  fc.record({ type: fc.constant("STATUS" as const), items: statusItems }),
  fc.record({ type: fc.constant("METADATA" as const), entries: fc.array(text, { minLength: 1, maxLength: 2 }) }),
  unknownParameter,
);

/** Commands about mailboxes, of all kinds. */
export const mailboxCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ name: fc.constantFrom("DELETE" as const, "SUBSCRIBE" as const, "GETACL" as const, "GETQUOTAROOT" as const), mailbox }),
  fc.record(
    {
      name: fc.constantFrom("SELECT" as const, "EXAMINE" as const),
      mailbox,
      parameters: fc.array(selectParameter, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ["name", "mailbox"] },
  ),
  fc.record(
    {
      name: fc.constant("CREATE" as const),
      mailbox,
      parameters: fc.array(
        fc.oneof(fc.record({ type: fc.constant("USE" as const), attributes: fc.array(flag, { maxLength: 3 }) }), unknownParameter),
        { minLength: 1, maxLength: 3 },
      ),
    },
    { requiredKeys: ["name", "mailbox"] },
  ),
  fc.record(
    {
      name: fc.constant("RENAME" as const),
      from: mailbox,
      to: mailbox,
      parameters: fc.array(unknownParameter, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ["name", "from", "to"] },
  ),
  fc.record({
    name: fc.constantFrom("LIST" as const, "LSUB" as const, "XLIST" as const, "RLIST" as const, "RLSUB" as const),
    reference: mailbox,
    pattern: mailbox,
  }),
  fc.record({
    name: fc.constant("LIST" as const),
    selectionOptions,
    reference: mailbox,
    patterns: fc.array(mailbox, { minLength: 1, maxLength: 3 }),
    returnOptions: fc.array(returnOption, { maxLength: 3 }),
  }),
  fc.record({ name: fc.constant("STATUS" as const), mailbox, items: statusItems }),
);
