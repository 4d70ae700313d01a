// What never ends: lines, literals, messages, chunks. The server reads and drops it, or ends the connection; it never holds it.

import { addressOf } from "../crowd.ts";
import type { HostileConnection } from "../hostile-connection.ts";
import type { Ports, Scenario } from "../scenario.ts";
import { ACCOUNTS, DOMAIN } from "../scenario.ts";

/** Whatever has this to be said before it, at a port, and is then repeated. */
export interface Endless {
  readonly port: keyof Ports;
  readonly before: string;
  readonly again: string;
}

const LOGIN = `a LOGIN ${ACCOUNTS.mallory.name} ${ACCOUNTS.mallory.password}\r\n`;
const ENVELOPE = `EHLO x\r\nMAIL FROM:<mallory@x.example>\r\nRCPT TO:<${ACCOUNTS.mallory.name}@${DOMAIN}>\r\n`;
const MUCH = "x".repeat(65_536);

/** Lines without an end. */
export const HUGE_LINES: readonly Endless[] = [
  { port: "smtp", before: "", again: MUCH },
  { port: "smtp", before: "EHLO x\r\nAUTH PLAIN ", again: MUCH },
  { port: "pop3", before: "", again: MUCH },
  { port: "pop3", before: "AUTH PLAIN\r\n", again: MUCH },
  { port: "imap", before: "", again: MUCH },
  { port: "imap", before: "a AUTHENTICATE PLAIN\r\n", again: MUCH },
  { port: "imap", before: `${LOGIN}b SEARCH TEXT `, again: MUCH },
];

/** Literals, messages and chunks without an end. */
export const ENDLESS_LITERALS: readonly Endless[] = [
  { port: "imap", before: "a LOGIN {4294967295}\r\n", again: MUCH },
  { port: "imap", before: "a LOGIN {4294967295+}\r\n", again: MUCH },
  { port: "imap", before: "a LOGIN ", again: "{1+}\r\nx " },
  { port: "imap", before: `${LOGIN}b APPEND INBOX {4294967295+}\r\n`, again: MUCH },
  { port: "imap", before: `${LOGIN}b APPEND INBOX {250000000+}\r\n`, again: MUCH },
  { port: "imap", before: `${LOGIN}b SEARCH `, again: "TEXT {1+}\r\nx " },
  { port: "smtp", before: `${ENVELOPE}DATA\r\n`, again: MUCH },
  { port: "smtp", before: `${ENVELOPE}DATA\r\n`, again: `${"x".repeat(998)}\r\n`.repeat(64) },
  { port: "smtp", before: `${ENVELOPE}BDAT 4294967295\r\n`, again: MUCH },
  { port: "smtp", before: "EHLO x\r\nBDAT 4294967295\r\n", again: MUCH },
];

/** What, how often, and how much of it. */
export interface EndlessOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly pieces: readonly Endless[];
  /** Connections for each piece. */
  readonly each: number;
  /** So many bytes are said on each connection, unless the server ends it. */
  readonly bytes: number;
  /** And no longer than this. */
  readonly ms: number;
}

/** All at once, each as fast as the server takes it. */
export function endless({ pieces, each, bytes, ms, ...scenario }: EndlessOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const until = performance.now() + ms;
      const speaking = pieces.flatMap(({ port, before, again }, index) =>
        Array.from({ length: each }, async () => {
          const connection = crowd.join({ port: ports[port], from: addressOf(index) });
          if (!(await connection.hears(/\r\n/))) return;
          await connection.say(before);
          await repeat(connection, again, bytes, until);
        }),
      );
      await Promise.all(speaking);
      return [];
    },
  };
}

async function repeat(connection: HostileConnection, text: string, bytes: number, until: number): Promise<void> {
  const chunk = text.repeat(Math.ceil(16_384 / text.length));
  for (let said = 0; said < bytes && connection.fate === "served" && performance.now() < until; said += chunk.length) {
    await Promise.race([connection.say(chunk), new Promise((resolve) => setTimeout(resolve, Math.max(0, until - performance.now())))]);
    // So that all of them speak in turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
