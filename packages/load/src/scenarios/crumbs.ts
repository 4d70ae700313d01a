// Bytes that come one by one in their own segments, as fast as they can: what is kept of each must not cost many times its size.

import { addressOf } from "../crowd.ts";
import type { Ports, Scenario } from "../scenario.ts";
import { ACCOUNTS, DOMAIN } from "../scenario.ts";

/** How many, and how many octets each of them says. */
export interface CrumbOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly connections: number;
  readonly octets: number;
}

const LOGIN = `a LOGIN ${ACCOUNTS.mallory.name} ${ACCOUNTS.mallory.password}\r\n`;
const ENVELOPE = `EHLO x\r\nMAIL FROM:<mallory@x.example>\r\nRCPT TO:<${ACCOUNTS.mallory.name}@${DOMAIN}>\r\n`;

const BEGINNINGS: readonly (readonly [keyof Ports, string])[] = [
  ["smtp", `${ENVELOPE}DATA\r\n`],
  ["smtp", "EHLO x\r\nAUTH PLAIN "],
  ["imap", "a LOGIN "],
  ["imap", `${LOGIN}b SEARCH TEXT `],
  ["imap", `${LOGIN}b APPEND INBOX {1000000}\r\n`],
  ["pop3", "AUTH PLAIN "],
];

/** Each octet is a segment of its own, and a turn of the server's loop. */
export function crumbs({ connections, octets, ...scenario }: CrumbOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const talkers = await Promise.all(
        Array.from({ length: connections }, async (_, index) => {
          const [port, text] = BEGINNINGS[index % BEGINNINGS.length] ?? ["smtp", ""];
          const connection = crowd.join({ port: ports[port], from: addressOf(0) });
          await connection.hears(/\r\n/);
          await connection.say(text);
          return connection;
        }),
      );
      for (let octet = 0; octet < octets; octet += 1) {
        for (const talker of talkers) await talker.say("x");
        await new Promise((resolve) => setImmediate(resolve));
      }
      return [];
    },
  };
}
