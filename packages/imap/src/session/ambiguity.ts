// What RFC 3501 section 5.5 asks of commands that are sent without waiting for the answers to those before them.

import type { Command } from "../codec/command.ts";
import type { SearchKey } from "../codec/commands/search-key.ts";
import { numberSetsIntersect, resolveSequenceSet } from "../codec/number-set.ts";
import type { MessageSet, SequenceSet } from "../codec/sequence-set.ts";

/** Commands that change what those around them mean; unknown ones might. */
const ALONE: ReadonlySet<Command["name"]> = new Set<Command["name"]>([
  "STARTTLS",
  "LOGIN",
  "AUTHENTICATE",
  "SELECT",
  "EXAMINE",
  "CLOSE",
  "UNSELECT",
  "ENABLE",
  "COMPRESS",
  "IDLE",
  "UNAUTHENTICATE",
  "NOTIFY",
  "LANGUAGE",
  "COMPARATOR",
  "unknown",
]);

/** What the untagged data of an answer is called. Servers answer several commands before they complete the first (Dovecot does). */
const ANSWERS: ReadonlyMap<Command["name"], string> = new Map<Command["name"], string>([
  ["FETCH", "FETCH"],
  ["UID FETCH", "FETCH"],
  ["STORE", "FETCH"],
  ["UID STORE", "FETCH"],
  ["SEARCH", "SEARCH"],
  ["UID SEARCH", "SEARCH"],
  ["SORT", "SORT"],
  ["UID SORT", "SORT"],
  ["THREAD", "THREAD"],
  ["UID THREAD", "THREAD"],
  ["LIST", "LIST"],
  ["LSUB", "LSUB"],
  ["XLIST", "XLIST"],
  ["RLIST", "LIST"],
  ["RLSUB", "LSUB"],
  ["STATUS", "STATUS"],
  ["MYRIGHTS", "MYRIGHTS"],
  ["GETMETADATA", "METADATA"],
  ["GENURLAUTH", "GENURLAUTH"],
  ["URLFETCH", "URLFETCH"],
  ["CONVERSIONS", "CONVERSION"],
]);

/** All that the answer to a command may consist of, as far as it does not say whose it is. */
function answersOf(command: Command): readonly string[] {
  // What an extended LIST returns is called as the option that asks for it.
  if ("patterns" in command) return ["LIST", ...command.returnOptions.map(({ type }) => type)];
  // A search with RETURN is answered by ESEARCH, which says whose it is (RFC 4731).
  if ("returnOptions" in command) return [];
  const answer = ANSWERS.get(command.name);
  return answer === undefined ? [] : [answer];
}

/** True for commands of which nobody could tell whose data it is that comes while both are in flight. */
export function areConfusable(one: Command, other: Command): boolean {
  const answers = answersOf(other);
  if (!answersOf(one).some((answer) => answers.includes(answer))) return false;
  if ("mailbox" in one && "mailbox" in other) return one.mailbox?.raw === other.mailbox?.raw;
  if (!("set" in one) || !("set" in other)) return true;
  // Data of a message has its sequence number, and its UID where that was asked for.
  return numbersUids(one) !== numbersUids(other) || intersects(one.set, other.set);
}

function numbersUids({ name }: Command): boolean {
  return name.startsWith("UID ");
}

/** True unless no number is in both sets; nobody here knows what `*` and `$` are. */
function intersects(one: MessageSet, other: MessageSet): boolean {
  if (one === "$" || other === "$" || hasStar(one) || hasStar(other)) return true;
  return numberSetsIntersect(resolveSequenceSet(one, 0), resolveSequenceSet(other, 0));
}

function hasStar(set: SequenceSet): boolean {
  return set.some(({ first, last }) => first === "*" || last === "*");
}

/** True for a command that is sent when no other is in flight, and waited for. */
export function goesAlone(command: Command): boolean {
  return ALONE.has(command.name);
}

/** True for a command during which the server may tell that messages have lost their numbers. */
export function shiftsNumbers(command: Command): boolean {
  // RFC 5256 section 3, RFC 5259 section 6: SORT, THREAD and CONVERT are to numbers what SEARCH and FETCH are.
  return !KEEPS_NUMBERS.has(command.name);
}

const KEEPS_NUMBERS: ReadonlySet<Command["name"]> = new Set<Command["name"]>(["FETCH", "STORE", "SEARCH", "SORT", "THREAD", "CONVERT"]);

/** True for a command with message sequence numbers among its arguments. */
export function saysNumbers(command: Command): boolean {
  switch (command.name) {
    case "FETCH":
    case "STORE":
    case "COPY":
    case "MOVE":
    case "CONVERT":
      // The server keeps what `$` means in step with expunges (RFC 5182 section 2.1).
      return command.set !== "$";
    case "SEARCH":
    case "UID SEARCH":
    case "SORT":
    case "UID SORT":
    case "THREAD":
    case "UID THREAD":
    case "ESEARCH":
      return command.keys.some(hasNumbers);
    default:
      return false;
  }
}

function hasNumbers(key: SearchKey): boolean {
  switch (key.type) {
    case "SEQUENCE":
      return key.set !== "$";
    case "NOT":
    case "FUZZY":
      return hasNumbers(key.key);
    case "OR":
      return hasNumbers(key.left) || hasNumbers(key.right);
    case "AND":
      return key.keys.some(hasNumbers);
    default:
      return false;
  }
}
