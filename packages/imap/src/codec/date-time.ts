// Dates as IMAP writes them: date-time of INTERNALDATE and APPEND, date of SEARCH (RFC 3501 section 9).

import type { Cursor } from "./cursor.ts";
import { ASTRING } from "./characters.ts";
import { Malformed } from "./malformed.ts";
import { unsayable } from "./writer.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day as SEARCH means it: no time, no zone. */
export interface CalendarDate {
  /** Four digits. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** A moment as INTERNALDATE gives it: its text and the parts of it. */
export interface DateTime extends CalendarDate {
  /** As it crosses the wire, without quotes: `17-Jul-1996 02:44:25 -0700`. */
  readonly text: string;
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
  /** 0 to 60. */
  readonly second: number;
  /** Minutes east of Greenwich. */
  readonly zoneMinutes: number;
}

/** Reads `17-Jul-1996 02:44:25 -0700`; `undefined` for anything else, and for a day or time that cannot be. */
export function parseDateTime(text: string): DateTime | undefined {
  // date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE ; a day of one digit is tolerated
  const padded = text.length === 25 ? ` ${text}` : text;
  if (padded.length !== 26 || !hasSeparators(padded)) return undefined;
  const date = calendarDate(digits(padded, 0, 2), padded.slice(3, 6), digits(padded, 7, 11));
  const hour = digits(padded, 12, 14);
  const minute = digits(padded, 15, 17);
  const second = digits(padded, 18, 20);
  const zoneMinutes = digits(padded, 22, 24) * 60 + digits(padded, 24, 26);
  if (date === undefined || !(hour < 24 && minute < 60 && second <= 60 && zoneMinutes < 24 * 60)) return undefined;
  const { year, month, day } = date;
  return { text, year, month, day, hour, minute, second, zoneMinutes: padded[21] === "-" ? 0 - zoneMinutes : zoneMinutes };
}

/** `..-...-.... ..:..:.. +....` */
function hasSeparators(text: string): boolean {
  const sign = text[21];
  const dashes = text[2] === "-" && text[6] === "-";
  return dashes && text[11] === " " && text[14] === ":" && text[17] === ":" && text[20] === " " && (sign === "+" || sign === "-");
}

/** The number written in characters `from` to `to`, of which the first may be a space; NaN for anything else. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) value = value * 10 + code - 48;
    else if (code !== 32 || at > from) return NaN;
  }
  return value;
}

function calendarDate(day: number, monthName: string, year: number): CalendarDate | undefined {
  const month = MONTHS.indexOf(monthName) + 1 || MONTHS.findIndex((name) => name.toLowerCase() === monthName.toLowerCase()) + 1;
  return month > 0 && day > 0 && day < 32 && year >= 0 ? { year, month, day } : undefined;
}

/** The moment of these parts, its text written out; throws a local `ProtocolError` (`bad-argument`) for one that cannot be. */
export function dateTime(parts: Omit<DateTime, "text">): DateTime {
  const { year, month, day, hour, minute, second, zoneMinutes } = parts;
  const zone = Math.abs(zoneMinutes);
  const text =
    `${String(day).padStart(2)}-${MONTHS[month - 1] ?? ""}-${pad(year, 4)} ${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)} ` +
    `${zoneMinutes < 0 ? "-" : "+"}${pad(Math.floor(zone / 60), 2)}${pad(zone % 60, 2)}`;
  const moment = parseDateTime(text);
  if (moment === undefined) throw unsayable(`the date ${text}`);
  return moment;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** date-time */
export function readDateTime(cursor: Cursor): DateTime {
  const text = cursor.string();
  const moment = parseDateTime(text) ?? (cursor.peer === "server" ? parseOddDateTime(text) : undefined);
  if (moment === undefined) throw new Malformed("bad-date");
  if (text.length === 25) cursor.deviate("short-day");
  else if (moment.text !== text) cursor.deviate("odd-date");
  return moment;
}

/** A date-time as mail has it or with less care; one without a zone is taken to be Greenwich's. */
function parseOddDateTime(text: string): DateTime | undefined {
  const [, day, month, year = "", hour = "", minute, second = "00", sign = "+", zoneHours = "00", zoneMinutes = "00"] =
    ODD_DATE.exec(text) ?? [];
  if (day === undefined || month === undefined || minute === undefined) return undefined;
  const century = year.length > 2 ? "" : Number(year) < 70 ? "20" : "19";
  const date = `${day.padStart(2)}-${month}-${century}${year}`;
  return parseDateTime(`${date} ${hour.padStart(2, "0")}:${minute}:${second} ${sign}${zoneHours}${zoneMinutes}`);
}

const ODD_DATE =
  /^ *(?:[a-z]{3},? +)?(\d\d?)[- ]+([a-z]{3})[a-z]{0,6}[- ]+(\d{4}|\d\d)[ T]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)? *(?:([+-])(\d\d):?(\d\d)|GMT|UTC?|Z)?(?: +\([^()]*\))? *$/i;

/** The text of a date-time to be sent; its parts are not looked at. */
export function formatDateTime({ text }: DateTime): string {
  if (parseDateTime(text)?.text.length !== 26) throw unsayable(`the date ${text}`);
  return `"${text}"`;
}

/** date = date-text / DQUOTE date-text DQUOTE ; date-text = date-day "-" date-month "-" date-year */
export function readDate(cursor: Cursor): CalendarDate {
  const text = cursor.peek() === 34 ? cursor.string() : cursor.run(ASTRING);
  const [, day, month, year] = /^(\d\d?)-([a-z]{3})-(\d{4})$/i.exec(text) ?? [];
  const date = calendarDate(Number(day), month ?? "", Number(year));
  if (date === undefined) throw new Malformed("bad-date");
  return date;
}

/** date-text */
export function formatDate({ year, month, day }: CalendarDate): string {
  const name = MONTHS[month - 1];
  if (name === undefined || !(day > 0 && day < 32 && year >= 0 && year < 10_000) || day % 1 !== 0 || year % 1 !== 0) {
    throw unsayable(`the date ${year}-${month}-${day}`);
  }
  return `${day}-${name}-${pad(year, 4)}`;
}
