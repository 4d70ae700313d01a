// Servers of ours that offer every mechanism, for clients that others wrote: IMAP, POP3 and SMTP over one store, STARTTLS on each.

import { serveImap } from "@mailwire/imap/server";
import { imapBackend } from "@mailwire/mailstore/imap";
import { MemoryStore } from "@mailwire/mailstore/memory";
import { maildropOpener } from "@mailwire/mailstore/pop3";
import { servePop3 } from "@mailwire/pop3/server";
import {
  anonymousServer,
  cramMd5Server,
  deriveScramKeys,
  externalServer,
  loginServer,
  oauthBearerServer,
  plainServer,
  type SaslServerMechanism,
  scramServer,
  type ScramVariant,
  type TokenCredentials,
  type TokenRefusal,
  xoauth2Server,
} from "@mailwire/sasl";
import { serveSmtp } from "@mailwire/smtp/server";
import { listen } from "@mailwire/tls";
import type { ByteTransport } from "@mailwire/wire";
import { Secret } from "@mailwire/wire";
import type { Certificate } from "./certificate.ts";

/** Running servers; user alice has the password secret1 and the token t0ken, and whoever shows the client's certificate is alice. */
export interface SaslServers {
  readonly ports: Readonly<Record<"imap" | "pop3" | "smtp", number>>;
  /** Who came in by which mechanism, in order: `SCRAM-SHA-1-PLUS alice`. */
  readonly logins: string[];
  stop(): Promise<void>;
}

/** Starts them. */
export async function startSaslServers(certificate: Certificate, clientCertificate: Certificate): Promise<SaslServers> {
  const logins: string[] = [];
  const mechanisms = (await offered()).map((mechanism) => noting(mechanism, logins));
  const store = new MemoryStore();
  store.addUser("alice", new Secret("secret1"));
  store.addUser("guest");
  const { cert, key } = certificate;
  const tls = { cert, key, ca: clientCertificate.cert, requestCert: true, rejectUnauthorized: false };
  const common = { hostname: "localhost", tls, mechanisms };
  const open = maildropOpener(store);
  const backend = imapBackend(store, { verifyPassword: store.verifyPassword });
  const serving: Record<"imap" | "pop3" | "smtp", (transport: ByteTransport) => unknown> = {
    imap: (transport) => serveImap(transport, { ...common, backend }),
    pop3: (transport) => servePop3(transport, { ...common, open, verify: store.verifyPassword }),
    smtp: (transport) => serveSmtp(transport, { ...common, requireAuth: true }),
  };
  const at = { host: "127.0.0.1", port: 0 };
  const [imap, pop3, smtp] = await Promise.all([listen(at, serving.imap), listen(at, serving.pop3), listen(at, serving.smtp)]);
  return {
    ports: { imap: imap.port, pop3: pop3.port, smtp: smtp.port },
    logins,
    stop: async () => {
      await Promise.all([imap, pop3, smtp].map((listener) => listener.close()));
    },
  };
}

async function offered(): Promise<readonly SaslServerMechanism[]> {
  const verify = ({ user, password }: { user: string; password: Secret<string> }): Promise<string | undefined> =>
    Promise.resolve(user === "alice" && password.reveal() === "secret1" ? user : undefined);
  return [
    ...(await scram("SCRAM-SHA-512")),
    ...(await scram("SCRAM-SHA-256")),
    ...(await scram("SCRAM-SHA-1")),
    oauthBearerServer(verifyToken),
    xoauth2Server(verifyToken),
    externalServer(() => Promise.resolve("alice")),
    plainServer(verify),
    loginServer(verify),
    cramMd5Server((user) => Promise.resolve(user === "alice" ? new Secret("secret1") : undefined)),
    anonymousServer(() => Promise.resolve("guest")),
  ];
}

async function scram(variant: ScramVariant): Promise<readonly SaslServerMechanism[]> {
  const keys = await deriveScramKeys(variant, "secret1");
  return scramServer(variant, (user) => Promise.resolve(user === "alice" ? keys : undefined));
}

function verifyToken({ token, user = "alice" }: TokenCredentials): Promise<string | TokenRefusal> {
  return Promise.resolve(token.reveal() === "t0ken" && user === "alice" ? user : { status: "invalid_token", scope: "mail" });
}

function noting(mechanism: SaslServerMechanism, logins: string[]): SaslServerMechanism {
  return {
    ...mechanism,
    start: (context) => {
      const server = mechanism.start(context);
      return {
        mechanism: server.mechanism,
        next: async (response) => {
          const step = await server.next(response);
          if (step.type === "success") logins.push(`${server.mechanism} ${step.identity}`);
          return step;
        },
      };
    },
  };
}
