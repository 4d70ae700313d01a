// Dates as IMAP writes them: date-time of INTERNALDATE and APPEND, date of SEARCH (RFC 3501 section 9).

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

/** Reads `17-Jul-1996 02:44:25 -0700`; `undefined` for anything else. */
export function parseDateTime(text: string): DateTime | undefined {
  void text;
  return undefined;
}

/** The moment of these parts, its text written out. */
export function dateTime(parts: Omit<DateTime, "text">): DateTime {
  return { ...parts, text: "" };
}
