// Handshakes that are begun and not gone on with: at the port inside TLS, and after STARTTLS.

import { addressOf } from "../crowd.ts";
import type { HostileConnection } from "../hostile-connection.ts";
import type { Scenario } from "../scenario.ts";

/** How many, and for how long. */
export interface HandshakeOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly connections: number;
  readonly addresses: number;
  readonly ms: number;
}

/** The first bytes of a record that holds a ClientHello. */
const BEGINNING = Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01);

/** What leads to TLS, by protocol. */
const UPGRADES = { smtp: ["EHLO x\r\n", "STARTTLS\r\n"], pop3: ["STLS\r\n"], imap: ["a STARTTLS\r\n"] } as const;

/** Connections that begin a handshake and stay. */
export function unfinishedHandshakes({ connections, addresses, ms, ...scenario }: HandshakeOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const upgraded = await Promise.all(
        (["smtp", "pop3", "imap"] as const).map(async (protocol) => {
          const connection = crowd.join({ port: ports[protocol], from: addressOf(addresses) });
          return beginUpgrade(connection, UPGRADES[protocol]);
        }),
      );
      for (let index = 0; index < connections; index += 1)
        void crowd.join({ port: ports.imaps, from: addressOf(index % addresses) }).say(BEGINNING);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return upgraded.every((begun) => begun) ? [] : ["STARTTLS was refused"];
    },
  };
}

async function beginUpgrade(connection: HostileConnection, lines: readonly string[]): Promise<boolean> {
  let answered = await connection.hears(/\r\n$/);
  for (const line of lines) {
    await connection.say(line);
    answered &&= await connection.hears(/^(?:220|250|\+OK|a OK) .*\r\n$/m);
  }
  await connection.say(BEGINNING);
  return answered;
}
