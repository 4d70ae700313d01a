// Those who behave: they deliver and read mail while others misbehave, and every conversation of theirs is timed.

import { ImapClient } from "@mailwire/imap/client";
import { Pop3Client } from "@mailwire/pop3/client";
import { SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import type { ByteTransport } from "@mailwire/wire";
import { Secret, utf8 } from "@mailwire/wire";
import { ACCOUNTS, DOMAIN, type Ports, type Scenario } from "./scenario.ts";

/** How the conversations of those who behave went. */
export interface Service {
  /** Conversations that came to their good end. */
  readonly served: number;
  /** What happened to the others. */
  readonly failures: readonly string[];
  /** Of the slowest conversation. */
  readonly slowestMs: number;
}

/** Somebody who behaves: what is done again and again. */
interface Bystander {
  readonly conversations: Readonly<Record<string, () => Promise<void>>>;
  readonly leave: () => void;
}

/** Whoever waits longer has not been served. */
const DEADLINE_MS = 30_000;
/** Between two rounds of conversations. */
const PAUSE_MS = 100;

/** Talks to the server until `done`, once at least; whoever was there before has come in before `ready` is called. */
export async function observe(ports: Ports, who: Scenario["served"], done: AbortSignal, ready: () => void): Promise<Service> {
  const { conversations, leave } = who === "newcomers" ? newcomer(ports) : await resident(ports);
  const failures: string[] = [];
  let served = 0;
  let slowestMs = 0;
  ready();
  do {
    for (const [name, converse] of Object.entries(conversations)) {
      const began = performance.now();
      try {
        await inTime(converse());
        served += 1;
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  } while (!done.aborted);
  leave();
  return { served, failures, slowestMs };
}

/** A connection for each conversation. */
function newcomer(ports: Ports): Bystander {
  return {
    conversations: {
      SMTP: async () => {
        const client = await openSmtp(ports);
        await deliver(client);
        await client.quit();
      },
      IMAP: async () => {
        const client = await openImap(ports);
        await readNewest(client);
        await client.logout();
      },
      POP3: async () => {
        const client = await openPop3(ports);
        await client.retr(1).bytes();
        // Or there would be more and more mail.
        await client.dele(1);
        await client.quit();
      },
    },
    leave: () => undefined,
  };
}

/** One connection for all conversations of a protocol. */
async function resident(ports: Ports): Promise<Bystander> {
  const smtp = await openSmtp(ports);
  await deliver(smtp);
  const imap = await openImap(ports);
  const pop3 = await openPop3(ports);
  return {
    conversations: {
      SMTP: () => deliver(smtp),
      IMAP: () => readNewest(imap),
      POP3: async () => {
        await pop3.retr(1).bytes();
      },
    },
    leave: () => [smtp, imap, pop3].forEach((client) => client.abort()),
  };
}

const HOST = "127.0.0.1";
/** The server has made its certificate for this run. */
const UPGRADE = { serverName: HOST, tlsOptions: { rejectUnauthorized: false } };

function dial(port: number, mode: "starttls" | "implicit"): Promise<ByteTransport> {
  return connect({ host: HOST, port, mode, tls: UPGRADE.tlsOptions });
}

async function openSmtp({ smtp }: Ports): Promise<SmtpClient> {
  return SmtpClient.open(await dial(smtp, "starttls"), UPGRADE);
}

async function openPop3({ pop3 }: Ports): Promise<Pop3Client> {
  const client = await Pop3Client.open(await dial(pop3, "starttls"), UPGRADE);
  await client.login(ACCOUNTS.alice.name, new Secret(ACCOUNTS.alice.password));
  return client;
}

async function openImap({ imaps }: Ports): Promise<ImapClient> {
  const client = await ImapClient.open(await dial(imaps, "implicit"), UPGRADE);
  await client.login(ACCOUNTS.alice.name, new Secret(ACCOUNTS.alice.password));
  await client.select("INBOX");
  return client;
}

async function deliver(client: SmtpClient): Promise<void> {
  const body = utf8("Subject: while others misbehave\r\n\r\nStill here.\r\n");
  await client.sendMail({ from: `bob@${DOMAIN}`, to: [`${ACCOUNTS.alice.name}@${DOMAIN}`], body });
}

async function readNewest(client: ImapClient): Promise<void> {
  let bytes = 0;
  for await (const message of client.fetch("*", "BODY[]")) {
    for (const { data } of message.data) bytes += (data instanceof Uint8Array ? data : await data?.bytes())?.length ?? 0;
  }
  if (bytes === 0) throw new Error("there is no mail");
}

async function inTime(conversation: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not served within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  await Promise.race([conversation, late]).finally(() => clearTimeout(timer));
}
