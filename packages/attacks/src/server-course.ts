// mailwire's servers as scripts meet them: every account exists, every password is right, and all that handlers are asked is written down.

import { serveImap } from "@mailwire/imap/server";
import { imapBackend } from "@mailwire/mailstore/imap";
import { MemoryStore, USUAL_MAILBOXES } from "@mailwire/mailstore/memory";
import { maildropOpener } from "@mailwire/mailstore/pop3";
import { servePop3 } from "@mailwire/pop3/server";
import { loginServer, plainServer } from "@mailwire/sasl";
import type { VerifyPassword } from "@mailwire/sasl";
import { serveSmtp } from "@mailwire/smtp/server";
import type { ServedConnection } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import { SERVER_NAME } from "./certificates.ts";
import type { Protocol } from "./script.ts";

/** How a server is set up for a script. */
export interface ServerPlan {
  readonly tls: unknown;
  /** Logins in clear are allowed, because the script is about what becomes of them. */
  readonly plaintextAuth: "allowed" | "refused";
  /** Which commands of SMTP need more than a connection. */
  readonly demands: "nothing" | "auth" | "tls";
}

/** What a server's handlers were asked. */
export interface Asked {
  /** Logins, in order: who, and whether TLS was there. */
  readonly logins: { readonly user: string; readonly way: "clear" | "tls" }[];
  /** Senders and recipients. */
  readonly addresses: { readonly address: string; readonly way: "clear" | "tls" }[];
  readonly errors: unknown[];
}

/** A server for one transport. */
export type ServerCourse = (transport: ByteTransport, plan: ServerPlan, asked: Asked) => ServedConnection;

/** mailwire's own servers. */
export const SERVER_COURSES: Readonly<Record<Protocol, ServerCourse>> = {
  smtp: (transport, plan, asked) => takeMail("smtp", transport, plan, asked),
  lmtp: (transport, plan, asked) => takeMail("lmtp", transport, plan, asked),
  pop3: giveMail,
  imap: showMail,
};

function takeMail(protocol: "smtp" | "lmtp", transport: ByteTransport, plan: ServerPlan, asked: Asked): ServedConnection {
  let secure = transport.info.secure;
  const note = (address: string): undefined => {
    asked.addresses.push({ address, way: secure ? "tls" : "clear" });
    return undefined;
  };
  const verify = verifier(asked, () => (secure ? "tls" : "clear"));
  return serveSmtp(transport, {
    protocol,
    hostname: SERVER_NAME,
    tls: plan.tls,
    mechanisms: [plainServer(verify), loginServer(verify)],
    allowPlaintextAuth: plan.plaintextAuth === "allowed",
    requireAuth: plan.demands === "auth",
    requireTls: plan.demands === "tls",
    onMail: ({ from }) => note(from),
    onRcpt: ({ path }) => note(path),
    onError: (error) => asked.errors.push(error),
    observe: ({ kind }) => {
      secure ||= kind === "tls";
    },
    limits: LIMITS,
  });
}

function giveMail(transport: ByteTransport, plan: ServerPlan, asked: Asked): ServedConnection {
  const store = new MemoryStore({ mailboxes: USUAL_MAILBOXES });
  let secure = transport.info.secure;
  return servePop3(transport, {
    hostname: SERVER_NAME,
    tls: plan.tls,
    verify: welcoming(
      store,
      verifier(asked, () => (secure ? "tls" : "clear")),
    ),
    open: maildropOpener(store),
    utf8: { user: true },
    allowPlaintextAuth: plan.plaintextAuth === "allowed",
    onError: (error) => asked.errors.push(error),
    observe: ({ kind }) => {
      secure ||= kind === "tls";
    },
    limits: { ...LIMITS, handshakeMs: 1000 },
  });
}

function showMail(transport: ByteTransport, plan: ServerPlan, asked: Asked): ServedConnection {
  const store = new MemoryStore({ mailboxes: USUAL_MAILBOXES });
  let secure = transport.info.secure;
  return serveImap(transport, {
    hostname: SERVER_NAME,
    tls: plan.tls,
    backend: imapBackend(store, {
      verifyPassword: welcoming(
        store,
        verifier(asked, () => (secure ? "tls" : "clear")),
      ),
    }),
    allowPlaintextAuth: plan.plaintextAuth === "allowed",
    onError: (error) => asked.errors.push(error),
    observe: ({ kind }) => {
      secure ||= kind === "tls";
    },
    limits: { loginMs: 2000, inactivityMs: 2000, saslMs: 2000, tlsMs: 1000 },
  });
}

/** Short enough for a deadline to be seen. */
const LIMITS = { commandMs: 2000 };

function verifier(asked: Asked, way: () => "clear" | "tls"): VerifyPassword {
  return ({ user }) => {
    asked.logins.push({ user, way: way() });
    return Promise.resolve(user);
  };
}

/** Whoever comes has an account. */
function welcoming(store: MemoryStore, verify: VerifyPassword): VerifyPassword {
  return async (credentials) => {
    if ((await store.account(credentials.user)) === undefined) store.addUser(credentials.user);
    return verify(credentials);
  };
}
