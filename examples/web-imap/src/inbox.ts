// What is in an inbox, read by IMAP over a WebSocket.

import { ImapClient } from "@mailwire/imap/client";
import { chooseMechanism } from "@mailwire/sasl";
import { fromWebStreams } from "@mailwire/transport";
import { openWebSocket } from "./web-socket.ts";

/** Whose mail, and through which gateway. */
export interface Inbox {
  /** `wss:`, or `ws:` to this very machine: the way to the gateway is as safe as it, and from there the gateway sees to TLS. */
  readonly gateway: string;
  readonly user: string;
  readonly password: string;
}

/** Connects and logs in. */
export async function openInbox({ gateway, user, password }: Inbox): Promise<ImapClient> {
  const client = await ImapClient.open(fromWebStreams(await openWebSocket(gateway), { secure: true, remote: gateway }));
  await client.authenticate(chooseMechanism({ user, password }));
  return client;
}

/** The subjects in INBOX, the newest first. */
export async function readSubjects(inbox: Inbox): Promise<string[]> {
  const client = await openInbox(inbox);
  const { exists } = await client.examine("INBOX");
  const subjects: string[] = [];
  if (exists > 0) for await (const { envelope } of client.fetch("1:*", "ENVELOPE")) subjects.unshift(envelope?.subject ?? "(no subject)");
  await client.logout();
  return subjects;
}
