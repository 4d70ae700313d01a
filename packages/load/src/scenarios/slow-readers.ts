// Clients that ask for a large message and do not read it: the server must not hold what they do not take.

import { addressOf } from "../crowd.ts";
import { appendMessage, logIn } from "../raw-imap.ts";
import type { Scenario } from "../scenario.ts";

/** How many, how much they ask for, and for how long. */
export interface SlowReaderOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly connections: number;
  readonly messageBytes: number;
  readonly ms: number;
}

/** Half of them in clear, half inside TLS; each asks for the same message three times over. */
export function slowReaders({ connections, messageBytes, ms, ...scenario }: SlowReaderOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const writer = crowd.join({ port: ports.imap, from: addressOf(0) });
      if (!(await logIn(writer)) || !(await appendMessage(writer, messageBytes))) return ["the message was not taken"];
      const readers = await Promise.all(
        Array.from({ length: connections }, async (_, index) => {
          const port = index % 2 === 0 ? ports.imap : ports.imaps;
          const reader = crowd.join({ port, from: addressOf(0), mode: index % 2 === 0 ? "in clear" : "inside TLS" });
          if (!(await logIn(reader))) return false;
          reader.stopReading();
          await reader.say("b EXAMINE INBOX\r\nc FETCH 1 BODY[]\r\nd FETCH 1 BODY[]\r\ne FETCH 1 BODY[]\r\n");
          return true;
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, ms));
      const { ended } = crowd.fates;
      return [...(readers.every((begun) => begun) ? [] : ["a reader could not log in"]), ...(ended === 0 ? [] : [`${ended} were ended`])];
    },
  };
}
