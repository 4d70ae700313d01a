// A dialogue as the log window of MDaemon shows it: the clock, `<--` for what the client says, `-->` for what the server says.

import type { Entry } from "./entry.ts";

/** Which session a log is about. */
export interface LoggedSession {
  /** `SMTP`, `POP3`, `IMAP` …; a final `S` for TLS, and LMTP and submission, may be written as one likes. */
  readonly protocol: string;
  /** Number of the session. */
  readonly number: number;
  /** Number of the process or worker that serves it; 1 by default. */
  readonly child?: number;
  /** Address of the client as `host:port`, where known. */
  readonly remote?: string;
}

/** Options of an {@link MdaemonLog}. */
export interface MdaemonLogOptions {
  /** The time zone of the clock, in minutes east of UTC; by default that of the machine at each moment. */
  readonly utcOffsetMinutes?: number;
}

/** Writes the log of one session, live: {@link MdaemonLog.opening}, {@link MdaemonLog.line} for each entry, {@link MdaemonLog.closing}. */
export class MdaemonLog {
  readonly #session: LoggedSession;
  readonly #options: MdaemonLogOptions;
  #command = "";

  constructor(session: LoggedSession, options: MdaemonLogOptions = {}) {
    this.#session = session;
    this.#options = options;
  }

  /** The first lines, for a session accepted at `at` (milliseconds since 1970). */
  opening(at: number): string[] {
    const { number, child = 1, protocol, remote } = this.#session;
    const from = remote === undefined ? "" : ` from ${bracketed(remote)}`;
    return ["-----", `Session ${number}; child ${child}`, `Accepting ${protocol} connection${from}`].map((text) => this.#stamped(at, text));
  }

  /** One entry. What was only counted is told by its size, or by the command that it answers. */
  line(entry: Entry): string {
    if (entry.from === "client" && entry.kind === "line" && entry.text !== undefined) this.#command = commandOf(entry.text);
    return this.#stamped(entry.at, this.#text(entry));
  }

  /** The last lines, for a session that ended at `at`; the bytes in are what the client said, the bytes out what the server said. */
  closing(at: number, bytes: { readonly in: number; readonly out: number }, outcome = "successful"): string[] {
    const trailer = `${this.#session.protocol} session ${outcome} (Bytes in/out: ${bytes.in}/${bytes.out})`;
    return [trailer, "-----"].map((text) => this.#stamped(at, text));
  }

  #text(entry: Entry): string {
    if (entry.kind === "tls") return "SSL/TLS negotiation successful";
    if (entry.text !== undefined) return `${entry.from === "client" ? "<--" : "-->"} ${entry.text}`;
    if (entry.from === "server") return `Sending ${this.#command} response (not logged), ${entry.bytes} bytes`;
    return `${entry.kind === "body" ? "Message" : "Literal"} size: ${entry.bytes} bytes`;
  }

  #stamped(at: number, text: string): string {
    return `${timestamp(at, this.#options.utcOffsetMinutes ?? -new Date(at).getTimezoneOffset())}: ${text}`;
  }
}

/** What a log is written from: a `Recorder`, or what was kept of one. */
export interface Recording {
  /** What was said, oldest first. */
  readonly entries: readonly Entry[];
  /** All bytes that the client said, those of forgotten entries too. */
  readonly clientBytes: number;
  /** All bytes that the server said. */
  readonly serverBytes: number;
}

/** The whole log of a session that went well. */
export function writeMdaemonLog(session: LoggedSession, recording: Recording, options: MdaemonLogOptions = {}): string {
  const { entries, clientBytes, serverBytes } = recording;
  const log = new MdaemonLog(session, options);
  const start = entries[0]?.at ?? 0;
  const end = entries.at(-1)?.at ?? start;
  const said = entries.map((entry) => log.line(entry));
  return [...log.opening(start), ...said, ...log.closing(end, { in: clientBytes, out: serverBytes }), ""].join("\n");
}

/** The command of a client's line, with or without an IMAP tag in front (a tag has a digit, a command has none). */
function commandOf(line: string): string {
  const words = line.split(" ").filter((word) => word !== "");
  const [first = "", second, third] = words;
  const tagged = second !== undefined && /\d/.test(first);
  const command = tagged && /^uid$/i.test(second) ? third : tagged ? second : first;
  return (command ?? "").toUpperCase();
}

/** `host:port` as `[host : port]`. */
function bracketed(remote: string): string {
  const colon = remote.lastIndexOf(":");
  return colon < 0 ? `[${remote}]` : `[${remote.slice(0, colon).replace(/^\[|\]$/g, "")} : ${remote.slice(colon + 1)}]`;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** `Mon 2007-05-28 18:16:23` at that place. */
function timestamp(at: number, utcOffsetMinutes: number): string {
  const there = new Date(at + utcOffsetMinutes * 60_000);
  return `${WEEKDAYS[there.getUTCDay()] ?? ""} ${there.toISOString().slice(0, 19).replace("T", " ")}`;
}
