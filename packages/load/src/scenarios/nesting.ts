// Things within things within things: search keys, lists, and messages whose structure is asked for.

import { addressOf } from "../crowd.ts";
import type { HostileConnection } from "../hostile-connection.ts";
import { logIn } from "../raw-imap.ts";
import type { Scenario } from "../scenario.ts";

/** How deep, and how many times at once. */
export interface NestingOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly depth: number;
  readonly connections: number;
}

/** Everything is answered: done, or refused. */
export function deepNesting({ depth, connections, ...scenario }: NestingOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const messages = [multiparts(depth), messagesInMessages(depth), deepAddresses(depth)];
      const complaints = await Promise.all(
        Array.from({ length: connections }, async (_, index) => {
          const connection = crowd.join({ port: ports.imap, from: addressOf(0) });
          if (!(await logIn(connection))) return "login failed";
          return (await askFor(connection, depth)) ?? askForStructure(connection, messages[index % messages.length] ?? "");
        }),
      );
      return complaints.filter((complaint) => complaint !== undefined);
    },
  };
}

async function askFor(connection: HostileConnection, depth: number): Promise<string | undefined> {
  const commands = [
    "SELECT INBOX",
    `SEARCH ${"(".repeat(depth)}ALL${")".repeat(depth)}`,
    `SEARCH ${"NOT ".repeat(depth)}ALL`,
    `SEARCH ${"OR ALL ".repeat(depth)}ALL`,
    `FETCH 1 ${"(".repeat(depth)}FLAGS${")".repeat(depth)}`,
    `STORE 1 FLAGS ${"(".repeat(depth)}`,
  ];
  for (const command of commands) {
    await connection.say(`b ${command}\r\n`);
    if (!(await connection.hears(/^(?:b|\*) (?:OK|NO|BAD|BYE) .*\r\n/m))) return `not answered: ${command.slice(0, 20)}`;
  }
  return undefined;
}

async function askForStructure(connection: HostileConnection, message: string): Promise<string | undefined> {
  await connection.say(`c APPEND INBOX {${message.length}}\r\n`);
  if (!(await connection.hears(/^\+ /m))) return "the message was not asked for";
  await connection.say(`${message}\r\n`);
  if (!(await connection.hears(/^c OK /m))) return "the message was not taken";
  for (const item of ["BODYSTRUCTURE", "ENVELOPE", `BODY[${"1.".repeat(200)}MIME]`]) {
    await connection.say(`d FETCH * (${item})\r\n`);
    if (!(await connection.hears(/^d (?:OK|NO|BAD) /m, 30_000))) return `not answered: ${item.slice(0, 20)}`;
  }
  return undefined;
}

function multiparts(depth: number): string {
  let text = "Subject: x\r\n";
  for (let level = 0; level < depth; level += 1) text += `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`;
  return `${text}\r\ninnermost`;
}

function messagesInMessages(depth: number): string {
  return `${"Content-Type: message/rfc822\r\n\r\n".repeat(depth)}Subject: innermost\r\n\r\nx`;
}

function deepAddresses(depth: number): string {
  return `From: ${"(".repeat(depth)}x${")".repeat(depth)} <a@b.example>\r\nTo: ${"g:".repeat(depth)}\r\nContent-Type: text/plain${"; a*0*=x".repeat(depth)}\r\n\r\nx`;
}
