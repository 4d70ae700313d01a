// What mailwire's clients do in a script: all that they can, as soon as they may.

import { ImapClient } from "@mailwire/imap/client";
import { Pop3Client } from "@mailwire/pop3/client";
import { chooseMechanism } from "@mailwire/sasl";
import { SmtpClient } from "@mailwire/smtp/client";
import { utf8 } from "@mailwire/wire";
import type { ByteTransport, Unit } from "@mailwire/wire";
import { CANARY } from "./canary.ts";
import type { Protocol } from "./script.ts";

/** What a client is told. */
interface ClientPlan {
  readonly serverName: string;
  readonly tlsOptions: unknown;
  readonly policy: "require" | "opportunistic";
  /** Drops the connection. */
  readonly signal?: AbortSignal;
  /** Asks for REQUIRETLS, RFC 8689. */
  readonly requireTls: "asked" | "absent";
}

/** What a client believed on the way. */
export interface Beliefs {
  /** Capabilities as the client knows them once it is open. */
  capabilities: readonly string[];
  /** What it was told, but by the way, before TLS. */
  readonly toldInClear: string[];
  /** What is left over from before TLS once it is open. */
  readonly leftovers: string[];
}

/** A client that acts on a transport. */
export type ClientCourse = (transport: ByteTransport, plan: ClientPlan, beliefs: Beliefs) => Promise<void>;

/** mailwire's own clients. */
export const CLIENT_COURSES: Readonly<Record<Protocol, ClientCourse>> = {
  smtp: leaving((transport, plan, beliefs) => sendMail("smtp", transport, plan, beliefs)),
  lmtp: leaving((transport, plan, beliefs) => sendMail("lmtp", transport, plan, beliefs)),
  pop3: leaving(askForMail),
  imap: leaving(keepMail),
};

/** Whoever cannot go on drops the connection. */
function leaving(course: ClientCourse): ClientCourse {
  return async (transport, plan, beliefs) => {
    const leave = new AbortController();
    try {
      await course(transport, { ...plan, signal: leave.signal }, beliefs);
    } catch (error) {
      leave.abort(error);
      throw error;
    }
  };
}

/** Long enough for one machine, short enough for a deadline to be seen. */
const PATIENCE_MS = 1200;

const { user, password } = CANARY;
const choose = chooseMechanism({ user, password }, { also: ["LOGIN", "CRAM-MD5"] });

async function sendMail(protocol: "smtp" | "lmtp", transport: ByteTransport, plan: ClientPlan, beliefs: Beliefs): Promise<void> {
  const isCareless = plan.policy === "opportunistic";
  const client = await SmtpClient.open(transport, {
    protocol,
    serverName: plan.serverName,
    tlsOptions: plan.tlsOptions,
    ...(plan.signal !== undefined && { signal: plan.signal }),
    ...(isCareless && { allowPlaintext: "opportunistic" as const }),
    limits: { greetingMs: PATIENCE_MS, commandMs: PATIENCE_MS, dataMs: PATIENCE_MS, endOfDataMs: PATIENCE_MS },
  });
  beliefs.capabilities = Array.from(client.extensions, ({ keyword }) => keyword);
  if (!isCareless && client.extensions.authMechanisms.length > 0) await client.auth(choose);
  await client.sendMail({
    from: CANARY.from,
    to: [CANARY.to],
    body: utf8(`Subject: canary\r\n\r\n${CANARY.content}\r\n`),
    ...(plan.requireTls === "asked" && { requiretls: true }),
  });
  await client.quit();
}

async function askForMail(transport: ByteTransport, { serverName, tlsOptions, signal }: ClientPlan, beliefs: Beliefs): Promise<void> {
  const client = await Pop3Client.open(transport, {
    serverName,
    tlsOptions,
    ...(signal !== undefined && { signal }),
    limits: { greetingMs: PATIENCE_MS, replyMs: PATIENCE_MS, handshakeMs: PATIENCE_MS },
  });
  beliefs.capabilities = [...(client.capabilities?.keys() ?? [])];
  if (client.timestamp !== undefined) {
    if (client.info.tls !== undefined) beliefs.leftovers.push("the timestamp");
    await client.apop(user, password);
  } else if (client.capabilities?.has("SASL") === true) await client.authenticate(choose);
  else await client.login(user, password);
  await client.stat();
  await client.quit();
}

async function keepMail(transport: ByteTransport, { serverName, tlsOptions, signal }: ClientPlan, beliefs: Beliefs): Promise<void> {
  let secure = transport.info.secure;
  const client = await ImapClient.open(transport, {
    serverName,
    tlsOptions,
    ...(signal !== undefined && { signal }),
    observe: ({ kind }: Unit) => {
      secure ||= kind === "tls";
    },
    onUntagged: (response) => {
      if (!secure) beliefs.toldInClear.push("status" in response ? response.status : response.type);
    },
    limits: { greetingMs: PATIENCE_MS, responseMs: PATIENCE_MS, tlsMs: PATIENCE_MS },
  });
  beliefs.capabilities = [...(client.capabilities ?? [])];
  if (client.mailbox !== undefined) beliefs.leftovers.push("a mailbox");
  if (client.state !== "not-authenticated") beliefs.leftovers.push(`the state ${client.state}`);
  else if (beliefs.capabilities.some((name) => name.startsWith("AUTH="))) await client.authenticate(choose);
  else await client.login(user, password);
  await client.select("INBOX");
  await client.append("INBOX", utf8(`Subject: canary\r\n\r\n${CANARY.content}\r\n`));
  await client.logout();
}
