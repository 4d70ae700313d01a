// Clients that say that nothing more will come, at any point of a conversation, and stay: the server must let go of them.

import { addressOf } from "../crowd.ts";
import type { Ports, Scenario } from "../scenario.ts";
import { ACCOUNTS, DOMAIN } from "../scenario.ts";

/** How often each beginning of a conversation is left. */
export interface HalfOpenOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly rounds: number;
}

const LOGIN = `a LOGIN ${ACCOUNTS.mallory.name} ${ACCOUNTS.mallory.password}\r\n`;
const ENVELOPE = `EHLO x\r\nMAIL FROM:<mallory@x.example>\r\nRCPT TO:<${ACCOUNTS.mallory.name}@${DOMAIN}>\r\n`;

/** What was said before, by port. */
const BEGINNINGS: readonly (readonly [keyof Ports, string])[] = [
  ["smtp", ""],
  ["smtp", "EHL"],
  ["smtp", `${ENVELOPE}DATA\r\nSubject: x\r\n\r\nnever to be e`],
  ["smtp", `${ENVELOPE}BDAT 1000\r\nxxx`],
  ["smtp", "EHLO x\r\nAUTH PLAIN\r\n"],
  ["smtp", "EHLO x\r\nSTARTTLS\r\n"],
  ["pop3", ""],
  ["pop3", "USER malory\r\nPA"],
  ["pop3", "AUTH PLAIN\r\n"],
  ["pop3", "STLS\r\n"],
  ["imap", ""],
  ["imap", "a LOGIN {5}\r\nma"],
  ["imap", "a STARTTLS\r\n"],
  ["imap", `${LOGIN}b APPEND INBOX {1000}\r\nxxx`],
  ["imap", `${LOGIN}b SELECT INBOX\r\nc IDLE\r\n`],
  ["imaps", ""],
];

/** All of them are ended by the server, although they stay. */
export function halfOpen({ rounds, ...scenario }: HalfOpenOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const kept: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const leave = async ([port, text]: (typeof BEGINNINGS)[number], index: number): Promise<void> => {
          const connection = crowd.join({ port: ports[port], from: addressOf(index) });
          if (port !== "imaps") await connection.hears(/\r\n/);
          if (text !== "") await connection.say(text);
          await new Promise((resolve) => setTimeout(resolve, 50));
          connection.halfClose();
          if (!(await connection.ends(10_000))) kept.push(`${port} ${JSON.stringify(text)} is not ended`);
        };
        await Promise.all(BEGINNINGS.map(leave));
      }
      return kept;
    },
  };
}
