// SEARCH keys against one message (RFC 3501 section 6.4.4). What its content decides stays open until the content is there.

import type { CalendarDate } from "@mailwire/imap/codec";
import type { MessageSearchKey } from "@mailwire/imap/server";
import { hasFlag } from "./flag.ts";
import type { SearchedText } from "./searched-text.ts";
import type { StoredMessage } from "./store.ts";

/** A message as SEARCH sees it. */
export interface SearchedMessage {
  /** What the store tells of it. */
  readonly stored: StoredMessage;
  /** Whether it is \Recent to this session. */
  readonly isRecent: boolean;
  /** Its content; left out while nobody needs it. */
  readonly text?: SearchedText;
}

/** Whether a message satisfies all keys; `undefined` when only its text can tell. */
export function satisfiesAll(message: SearchedMessage, keys: readonly MessageSearchKey[]): boolean | undefined {
  let all: boolean | undefined = true;
  for (const key of keys) {
    const one = satisfies(message, key);
    if (one === false) return false;
    if (one === undefined) all = undefined;
  }
  return all;
}

function satisfies(message: SearchedMessage, key: MessageSearchKey): boolean | undefined {
  const { stored, isRecent, text } = message;
  switch (key.type) {
    case "ALL":
      return true;
    case "ANSWERED":
    case "DELETED":
    case "DRAFT":
    case "FLAGGED":
    case "SEEN":
      return hasFlag(stored, `\\${key.type}`);
    case "UNANSWERED":
    case "UNDELETED":
    case "UNDRAFT":
    case "UNFLAGGED":
    case "UNSEEN":
      return !hasFlag(stored, `\\${key.type.slice(2)}`);
    case "RECENT":
      return isRecent;
    case "OLD":
      return !isRecent;
    case "NEW":
      return isRecent && !hasFlag(stored, "\\Seen");
    case "KEYWORD":
      return hasFlag(stored, key.flag);
    case "UNKEYWORD":
      return !hasFlag(stored, key.flag);
    case "LARGER":
      return stored.content.size > key.octets;
    case "SMALLER":
      return stored.content.size < key.octets;
    case "UID":
      return isAmong(stored.uid, key.uids);
    case "BEFORE":
    case "ON":
    case "SINCE":
      return isOn(internalDay(stored), key);
    case "SENTBEFORE":
    case "SENTON":
    case "SENTSINCE":
      return text === undefined ? undefined : isOn(text.sentDay, key);
    case "NOT":
      return not(satisfies(message, key.key));
    case "OR":
      return not(satisfiesAll(message, [key.left, key.right].map(negation)));
    case "AND":
      return satisfiesAll(message, key.keys);
    default:
      return text === undefined ? undefined : textSatisfies(text, key);
  }
}

function textSatisfies(text: SearchedText, key: Extract<MessageSearchKey, { readonly text: string }>): boolean {
  switch (key.type) {
    case "HEADER":
      return text.fieldContains(key.field, key.text);
    case "BODY":
      return text.bodyContains(key.text);
    case "TEXT":
      return text.contains(key.text);
    default:
      return text.fieldContains(key.type, key.text);
  }
}

function isOn(day: number | undefined, key: Extract<MessageSearchKey, { readonly date: CalendarDate }>): boolean {
  if (day === undefined) return false;
  switch (key.type) {
    case "BEFORE":
    case "SENTBEFORE":
      return day < dayOf(key.date);
    case "ON":
    case "SENTON":
      return day === dayOf(key.date);
    case "SINCE":
    case "SENTSINCE":
      return day >= dayOf(key.date);
  }
}

function not(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer;
}

function negation(key: MessageSearchKey): MessageSearchKey {
  return { type: "NOT", key };
}

function isAmong(uid: number, ascending: readonly number[]): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) < uid) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === uid;
}

// The day in the zone in which the date was said; time and zone themselves do not count.
function internalDay({ internalDate: { epochMs, zoneMinutes } }: StoredMessage): number {
  const there = new Date(epochMs + zoneMinutes * 60_000);
  return dayOf({ year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() });
}

/** A day as a number that sorts as days do, 19960717 say. */
function dayOf({ year, month, day }: CalendarDate): number {
  return year * 10_000 + month * 100 + day;
}
