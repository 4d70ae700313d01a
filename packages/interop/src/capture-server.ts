// Our SMTP server on a free loopback port, with all that it can offer, keeping what it was told for a test to look at.

import { loginServer, plainServer, type VerifyPassword } from "@mailwire/sasl";
import { reply } from "@mailwire/smtp/codec";
import { type Envelope, serveSmtp, type SmtpServerOptions } from "@mailwire/smtp/server";
import { listen } from "@mailwire/tls";
import { concat, latin1 } from "@mailwire/wire";
import type { Certificate } from "./certificate.ts";
import { eventually } from "./maildir.ts";

/** A message, and what was known of its client when it ended. */
export interface Capture {
  readonly envelope: Envelope;
  /** Latin1. */
  readonly text: string;
  readonly identity: string | undefined;
  readonly isSecure: boolean;
  readonly onBehalfOf: ReadonlyMap<string, string | undefined>;
}

/** The running server; user bob/secret2. Recipients `nobody@` are unknown. */
export interface CaptureServer {
  readonly port: number;
  readonly captures: readonly Capture[];
  /** The verbs of all commands so far, in order. */
  readonly verbs: readonly string[];
  /** What went wrong. */
  readonly errors: readonly unknown[];
  /** How many connections there were. */
  connections(): number;
  stop(): Promise<void>;
}

const EXTENSIONS = [
  ["PIPELINING"],
  ["8BITMIME"],
  ["SMTPUTF8"],
  ["ENHANCEDSTATUSCODES"],
  ["CHUNKING"],
  ["BINARYMIME"],
  ["DSN"],
  ["REQUIRETLS"],
  ["ETRN"],
  ["NO-SOLICITING"],
  ["DELIVERBY", "60"],
  ["MT-PRIORITY", "MIXER"],
  ["FUTURERELEASE", "604800", "2099-01-01T00:00:00Z"],
  ["LIMITS", "RCPTMAX=1000"],
].map(([keyword = "", ...parameters]) => ({ keyword, parameters }));

const verify: VerifyPassword = ({ user, password }) =>
  Promise.resolve(user === "bob" && password.reveal() === "secret2" ? user : undefined);

/** Starts it; `options` go before its own. */
export async function startCaptureServer(certificate: Certificate, options: Partial<SmtpServerOptions> = {}): Promise<CaptureServer> {
  const captures: Capture[] = [];
  const verbs: string[] = [];
  const errors: unknown[] = [];
  let connections = 0;
  const tls = { cert: certificate.cert, key: certificate.key };
  const own: SmtpServerOptions = {
    hostname: "mailwire.example",
    extensions: EXTENSIONS,
    tls,
    mechanisms: [plainServer(verify), loginServer(verify)],
    trustsRelay: () => true,
    onCommand: ({ command }) => {
      verbs.push(command.verb);
      return undefined;
    },
    onRcpt: ({ path }) => (path.startsWith("nobody@") ? reply(550, "No such user", "5.1.1") : undefined),
    onMessage: async (envelope, body, { identity, info, onBehalfOf }) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk.slice());
      captures.push({ envelope, text: latin1(concat(chunks)), identity, isSecure: info.secure, onBehalfOf: new Map(onBehalfOf) });
      return undefined;
    },
    onError: (error) => errors.push(error),
  };
  const listener = await listen({ port: 0, host: "127.0.0.1", tls }, (transport) => {
    connections += 1;
    serveSmtp(transport, { ...own, ...options });
  });
  return {
    port: listener.port,
    captures,
    verbs,
    errors,
    connections: () => connections,
    stop: () => listener.close(),
  };
}

/** The message with a subject, once the server has it. */
export async function captured({ captures }: CaptureServer, subject: string): Promise<Capture> {
  const found = await eventually(() => Promise.resolve(captures.find(({ text }) => text.includes(`Subject: ${subject}\r\n`))));
  if (found === undefined) throw new Error(`the server took no message about ${subject}`);
  return found;
}
