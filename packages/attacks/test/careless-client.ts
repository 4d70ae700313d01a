// SMTP and IMAP clients with one hole each, to see that the runner finds it.

import { ConnectionError, encodeBase64, utf8 } from "@mailwire/wire";
import { CANARY } from "../src/canary.ts";
import type { ClientCourse } from "../src/client-course.ts";
import { Lines } from "./lines.ts";

/** What a client does wrong. */
export type Hole =
  | "none"
  /** Goes on in clear where STARTTLS is not offered. */
  | "goes on without TLS"
  /** Goes on in clear where STARTTLS is refused. */
  | "goes on after a refusal"
  /** Tries again in clear when the handshake fails. */
  | "falls back to clear"
  /** Takes what came in clear behind the go-ahead for what is said inside TLS. */
  | "keeps what it read"
  /** Does not ask again inside TLS. */
  | "keeps what it knows"
  /** Says the next command before the go-ahead. */
  | "talks ahead"
  /** Shows itself to whatever server. */
  | "trusts everybody"
  /** Takes the common name for a name. */
  | "takes the common name"
  | "refuses replies of many lines"
  | "never ends"
  | "crashes";

/** A mail by SMTP, carelessly. */
export function carelessSmtp(hole: Hole): ClientCourse {
  return async (transport, { serverName, tlsOptions }, beliefs) => {
    if (hole === "never ends") return new Promise(() => undefined);
    if (hole === "crashes") throw new TypeError("undefined is not a function");
    const lines = new Lines(transport);
    const reply = async (): Promise<string> => {
      const whole: string[] = [];
      do whole.push(await lines.line());
      while (whole.at(-1)?.charAt(3) === "-");
      return whole.join("\n");
    };
    const ask = async (line: string): Promise<string> => {
      await lines.say(line);
      return reply();
    };
    const stop = (why: string): never => {
      lines.transport.abort();
      throw new ConnectionError("tls", why);
    };
    await reply();
    let offered = await ask("EHLO client.example");
    let goAhead = "";
    if (offered.includes("STARTTLS")) {
      await lines.say("STARTTLS");
      if (hole === "talks ahead") await lines.say("EHLO client.example");
      goAhead = await reply();
      if (hole === "refuses replies of many lines" && goAhead.includes("\n")) stop("too many lines");
    } else if (hole !== "goes on without TLS") stop("no STARTTLS");
    if (goAhead.startsWith("220")) {
      if (hole === "keeps what it read") await new Promise((resolve) => setTimeout(resolve, 1));
      else if (lines.unread !== "") stop("injection");
      const careless = { ...(tlsOptions as object), ...leniency(hole) };
      try {
        await lines.startTls({ side: "client", serverName, tls: careless });
      } catch (error) {
        if (hole === "falls back to clear") await utterInClear(lines.transport);
        throw error;
      }
      if (hole !== "keeps what it knows") offered = await ask("EHLO client.example");
    } else if (goAhead !== "" && hole !== "goes on after a refusal") stop("refused");
    beliefs.capabilities = offered
      .split("\n")
      .map((line) => line.slice(4).split(" ")[0] ?? "")
      .slice(1);
    if (offered.includes("PLAIN") || hole.startsWith("goes on"))
      await ask(`AUTH PLAIN ${encodeBase64(utf8(`\0${CANARY.user}\0${CANARY.password}`))}`);
    await ask("QUIT");
    lines.transport.abort();
  };
}

function leniency(hole: Hole): object {
  if (hole === "trusts everybody") return { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  return hole === "takes the common name" ? { checkServerIdentity: () => undefined } : {};
}

/** As if by a second connection: the first one is lost with its handshake. */
async function utterInClear(transport: Parameters<ClientCourse>[0]): Promise<void> {
  await Promise.resolve(transport.write([utf8("AUTH PLAIN again\r\n")])).catch(() => undefined);
}

/** An IMAP client that believes whatever comes first. */
export const credulousImap: ClientCourse = async (transport, { serverName, tlsOptions }, beliefs) => {
  const lines = new Lines(transport);
  const greeting = await lines.line();
  if (greeting.startsWith("* PREAUTH")) {
    await lines.say("a1 SELECT INBOX");
    transport.abort();
    throw new ConnectionError("closed", "done");
  }
  await lines.say("a1 STARTTLS");
  for (let line = await lines.line(); !line.startsWith("a1 "); line = await lines.line())
    beliefs.toldInClear.push(line.split(" ")[2] ?? "");
  beliefs.capabilities = greeting
    .replace(/.*CAPABILITY (.*)\].*/, "$1")
    .toUpperCase()
    .split(" ");
  await lines.startTls({ side: "client", serverName, tls: tlsOptions });
  await lines.say(`a2 LOGIN ${CANARY.user} ${CANARY.password}`);
  await lines.line();
  lines.transport.abort();
};
