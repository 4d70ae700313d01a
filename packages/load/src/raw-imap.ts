// What somebody who means no good says by IMAP before the harm begins.

import type { HostileConnection } from "./hostile-connection.ts";
import { ACCOUNTS } from "./scenario.ts";

/** Logs in; resolves to whether that went well. */
export async function logIn(connection: HostileConnection): Promise<boolean> {
  const { name, password } = ACCOUNTS.mallory;
  if (!(await connection.hears(/^\* OK .*\r\n/))) return false;
  await connection.say(`a LOGIN ${name} ${password}\r\n`);
  return connection.hears(/^a OK .*\r\n/m);
}

/** Appends a message of so many bytes to INBOX; resolves to whether it was taken. */
export async function appendMessage(connection: HostileConnection, bytes: number): Promise<boolean> {
  await connection.say(`p APPEND INBOX {${bytes}}\r\n`);
  if (!(await connection.hears(/^\+ /m))) return false;
  const chunk = "x".repeat(1022) + "\r\n";
  let left = bytes;
  for (; left > chunk.length; left -= chunk.length) await connection.say(chunk);
  await connection.say(`${"x".repeat(left)}\r\n`);
  return connection.hears(/^p OK /m);
}
