import {
  countNumbers,
  decodeMailboxName,
  formatSequenceSet,
  mailboxName,
  parseDateTime,
  parseSequenceSet,
  resolveSequenceSet,
} from "@mailwire/imap/codec";
import { latin1 } from "@mailwire/wire";
import { allowingLocalErrors } from "../target.ts";

export const seeds = ["&BBAEMQ-/a", "1:4,9,*", " 1-Jan-2020 10:00:00 +0100", "a&-b"];

export function fuzz(input: Uint8Array): void {
  const text = latin1(input);
  const { name } = decodeMailboxName(text);
  allowingLocalErrors(() => {
    if (decodeMailboxName(mailboxName(name).raw).name !== name) throw new Error(`another name: ${JSON.stringify(name)}`);
  });
  const set = parseSequenceSet(text);
  if (set !== undefined) {
    if (parseSequenceSet(formatSequenceSet(set)) === undefined) throw new Error(`no set: ${formatSequenceSet(set)}`);
    if (countNumbers(resolveSequenceSet(set, 1)) < 1) throw new Error(`a set of nothing: ${formatSequenceSet(set)}`);
  }
  parseDateTime(text);
}
