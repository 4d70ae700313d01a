// One message each way that a client can come in: sent by SMTP, read by POP3 and by IMAP, the server's certificate checked.

import { ImapClient } from "@mailwire/imap/client";
import { Pop3Client } from "@mailwire/pop3/client";
import { plainClient } from "@mailwire/sasl";
import { SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { type ByteTransport, latin1, Secret, utf8 } from "@mailwire/wire";
import type { ReferenceServer } from "example-mail-server";
import type { Outcome } from "./outcome.ts";

/** How a client comes in. */
type Way = "plaintext" | "STARTTLS" | "implicit TLS";

/** Options for the `open` of any client. */
interface OpenOptions {
  readonly allowPlaintext: boolean;
  readonly serverName: string;
  readonly tlsOptions: { readonly ca: string };
}

/** Sends by SMTP and reads by POP3 and IMAP, in every way, and reports on each. */
export async function mailRound({ ports, certificate }: ReferenceServer): Promise<Outcome[]> {
  const tlsOptions = { ca: certificate };
  const dial = (way: Way, port = 0): Promise<ByteTransport> =>
    connect({ host: "localhost", port, mode: way === "implicit TLS" ? "implicit" : "starttls", tls: tlsOptions });
  const options = (way: Way): OpenOptions => ({ allowPlaintext: way === "plaintext", serverName: "localhost", tlsOptions });
  const outcomes: Outcome[] = [];
  for (const way of ["plaintext", "STARTTLS", "implicit TLS"] as const) {
    const message = `From: bob@example.test\r\nTo: alice@example.test\r\nSubject: by ${way}\r\n\r\n.a line with a dot in front\r\n`;
    const inside = way === "implicit TLS";
    const sent = await send(await SmtpClient.open(await dial(way, inside ? ports.smtps : ports.submission), options(way)), message);
    outcomes.push({ title: `SMTP, ${way}: sent`, ok: sent === "250", detail: sent });
    const popped = await fetchByPop3(await Pop3Client.open(await dial(way, inside ? ports.pop3s : ports.pop3), options(way)));
    outcomes.push({ title: `POP3, ${way}: read`, ok: popped.endsWith(message), detail: `${popped.length} octets` });
    const fetched = await fetchByImap(await ImapClient.open(await dial(way, inside ? ports.imaps : ports.imap), options(way)), way);
    outcomes.push({ title: `IMAP, ${way}: found, read, flagged`, ok: fetched === popped, detail: `${fetched.length} octets` });
  }
  return outcomes;
}

async function send(client: SmtpClient, message: string): Promise<string> {
  await client.auth(plainClient({ user: "bob", password: new Secret("secret2") }));
  const { reply } = await client.sendMail({ from: "bob@example.test", to: ["alice@example.test"], body: utf8(message) });
  await client.quit();
  return String(reply.code);
}

/** The newest message. */
async function fetchByPop3(client: Pop3Client): Promise<string> {
  await client.login("alice", new Secret("secret1"));
  const { messages } = await client.stat();
  const message = latin1(await client.retr(messages).bytes());
  await client.quit();
  return message;
}

/** The message with that subject, which is flagged then. */
async function fetchByImap(client: ImapClient, subject: string): Promise<string> {
  await client.login("alice", new Secret("secret1"));
  await client.select("INBOX");
  const [number = 0] = await client.search([{ type: "SUBJECT", text: subject }]);
  let text = "";
  for await (const message of client.fetch(number, "BODY[]")) {
    for (const { data } of message.data) text += latin1(data instanceof Uint8Array ? data : ((await data?.bytes()) ?? new Uint8Array()));
  }
  await client.store(number, "add", ["\\Flagged"]);
  await client.logout();
  return text;
}
