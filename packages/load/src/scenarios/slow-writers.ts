// Clients that say their piece an octet at a time: a command, a message, a literal.

import { addressOf } from "../crowd.ts";
import type { HostileConnection } from "../hostile-connection.ts";
import type { Ports, Scenario, Stage } from "../scenario.ts";
import { ACCOUNTS, DOMAIN } from "../scenario.ts";

/** What they do, how fast, how many, and for how long. */
export interface SlowWriterOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly connections: number;
  readonly octetEachMs: number;
  readonly ms: number;
}

/** What comes before the trickle, by its port: what is said, and the answer to wait for. */
const LEADS: readonly { readonly port: keyof Ports; readonly lead: readonly (readonly [string, RegExp])[] }[] = [
  { port: "smtp", lead: [["", /^220 /]] },
  { port: "pop3", lead: [["", /^\+OK /]] },
  { port: "imap", lead: [["", /^\* OK /]] },
  {
    port: "smtp",
    lead: [
      ["", /^220 /],
      ["EHLO x\r\n", /^250 /m],
      [`MAIL FROM:<mallory@x.example>\r\nRCPT TO:<${ACCOUNTS.mallory.name}@${DOMAIN}>\r\nDATA\r\n`, /^354 /m],
    ],
  },
  {
    port: "imap",
    lead: [
      ["", /^\* OK /],
      [`a LOGIN ${ACCOUNTS.mallory.name} ${ACCOUNTS.mallory.password}\r\n`, /^a OK /m],
      ["b APPEND INBOX {100000}\r\n", /^\+ /m],
    ],
  },
];

/** Each octet is a segment of its own. */
export function slowWriters({ connections, octetEachMs, ms, ...scenario }: SlowWriterOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async (stage) => {
      const writers = await Promise.all(Array.from({ length: connections }, (_, index) => begin(stage, index)));
      const until = performance.now() + ms;
      while (performance.now() < until) {
        for (const writer of writers) await writer.say("x");
        await new Promise((resolve) => setTimeout(resolve, octetEachMs));
      }
      const { served } = stage.crowd.fates;
      return served === connections ? [] : [`${connections - served} have no place although nobody had to lose patience yet`];
    },
  };
}

async function begin({ ports, crowd }: Stage, index: number): Promise<HostileConnection> {
  const { port, lead } = LEADS[index % LEADS.length] ?? { port: "smtp", lead: [] };
  const connection = crowd.join({ port: ports[port], from: addressOf(0) });
  for (const [text, answer] of lead) {
    if (text !== "") await connection.say(text);
    if (!(await connection.hears(answer))) throw new Error(`${String(answer)} was not heard: ${connection.heard}`);
  }
  return connection;
}
