// Commands without end in one go, with or without anybody who reads the answers.

import { addressOf } from "../crowd.ts";
import type { HostileConnection } from "../hostile-connection.ts";
import type { Ports, Scenario } from "../scenario.ts";
import { ACCOUNTS } from "../scenario.ts";

/** How many, for how long, and who reads the answers. */
export interface PipelinedOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly connections: number;
  readonly ms: number;
  readonly answers: "are read" | "are not read";
}

const LOGIN = `a LOGIN ${ACCOUNTS.mallory.name} ${ACCOUNTS.mallory.password}\r\n`;

/** What is said first, and what is said again and again, by port. */
const FLOODS: readonly (readonly [keyof Ports, string, string])[] = [
  ["pop3", "", "CAPA\r\n"],
  ["imap", "", "a NOOP\r\n"],
  ["imap", "", "a CAPABILITY\r\n"],
  ["imap", LOGIN, 'b LIST "" *\r\n'],
  ["imap", LOGIN, "b STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)\r\n"],
  ["smtp", "EHLO x\r\n", "NOOP\r\n"],
  ["smtp", "EHLO x\r\n", "MAIL FROM:<mallory@x.example>\r\nRSET\r\n"],
];

/** Whoever is ended comes again. */
export function pipelinedFlood({ connections, ms, answers, ...scenario }: PipelinedOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const until = performance.now() + ms;
      const floodAgain = async (_: unknown, index: number): Promise<void> => {
        const [port, first, again] = FLOODS[index % FLOODS.length] ?? ["smtp", "", ""];
        const chunk = again.repeat(Math.ceil(65_536 / again.length));
        while (performance.now() < until) {
          const connection = crowd.join({ port: ports[port], from: addressOf(0) });
          await connection.hears(/\r\n/);
          if (first !== "") await connection.say(first);
          if (answers === "are not read") connection.stopReading();
          await sayUntil(connection, chunk, until);
          if (performance.now() < until) crowd.dismiss(connection);
        }
      };
      await Promise.all(Array.from({ length: connections }, floodAgain));
      return [];
    },
  };
}

async function sayUntil(connection: HostileConnection, chunk: string, until: number): Promise<void> {
  while (connection.fate === "served" && performance.now() < until) {
    const late = new Promise((resolve) => setTimeout(resolve, Math.max(0, until - performance.now())));
    await Promise.race([connection.say(chunk), late]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
