// What each port of the reference server serves: a protocol over the one store.

import { serveImap } from "@mailwire/imap/server";
import { imapBackend } from "@mailwire/mailstore/imap";
import type { MemoryStore } from "@mailwire/mailstore/memory";
import { maildropOpener } from "@mailwire/mailstore/pop3";
import { deliverInto } from "@mailwire/mailstore/smtp";
import { servePop3 } from "@mailwire/pop3/server";
import type { VerifyPassword } from "@mailwire/sasl";
import type { Live, Service } from "@mailwire/server";
import { serveSmtp, type SmtpServerOptions } from "@mailwire/smtp/server";
import type { ServerTlsOptions } from "@mailwire/tls";
import { utf8 } from "@mailwire/wire";
import { type Accounts, telling } from "./accounts.ts";

/** The ports that the reference server can open. */
export const SERVICE_NAMES = ["smtp", "submission", "smtps", "lmtp", "pop3", "pop3s", "imap", "imaps"] as const;

/** One of {@link SERVICE_NAMES}. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What all services share. */
export interface ServiceOptions {
  readonly hostname: string;
  /** Mail for `user@` any of these is taken. */
  readonly domains: readonly string[];
  readonly store: MemoryStore;
  readonly accounts: Accounts;
  /** Whether APOP is offered; it needs passwords in clear. */
  readonly apop: "offered" | "absent";
  readonly tls: ServerTlsOptions;
  readonly allowPlaintextAuth: boolean;
  readonly onError: (error: unknown) => void;
}

/** Every service by its port's name; the names that end in `s` are served inside TLS from the first byte. */
export function services(options: ServiceOptions): Record<ServiceName, Service> {
  const smtp: Service = { protocol: "SMTP", refusal: utf8("421 4.3.2 Too many connections\r\n"), serve: smtpServer(options, {}) };
  const submission: Service = { ...smtp, protocol: "submission", serve: smtpServer(options, { requireAuth: true }) };
  const lmtp: Service = { ...smtp, protocol: "LMTP", serve: smtpServer(options, { protocol: "lmtp" }) };
  const pop3: Service = { protocol: "POP3", refusal: utf8("-ERR [SYS/TEMP] Too many connections\r\n"), serve: pop3Server(options) };
  const imap: Service = { protocol: "IMAP", refusal: utf8("* BYE Too many connections\r\n"), serve: imapServer(options) };
  return { smtp, submission, smtps: submission, lmtp, pop3, pop3s: pop3, imap, imaps: imap };
}

function smtpServer(
  { store, domains, accounts, ...options }: ServiceOptions,
  rules: Pick<SmtpServerOptions, "requireAuth" | "protocol">,
): Service["serve"] {
  const delivery = deliverInto(store, { hostname: options.hostname, domains });
  return (transport, live) => serveSmtp(transport, { ...options, ...rules, ...delivery, ...live, ...identifying(accounts, live) });
}

function pop3Server({ store, accounts, apop, ...options }: ServiceOptions): Service["serve"] {
  const open = maildropOpener(store);
  const apopSecret = apop === "offered" ? { apopSecret: accounts.passwordOf } : {};
  return (transport, live) => servePop3(transport, { ...options, ...live, ...apopSecret, open, ...identifying(accounts, live) });
}

function imapServer({ store, accounts, ...options }: ServiceOptions): Service["serve"] {
  return (transport, live) => {
    const { verify, mechanisms } = identifying(accounts, live);
    return serveImap(transport, { ...options, ...live, mechanisms, backend: imapBackend(store, { verifyPassword: verify }) });
  };
}

/** Checks who somebody is, and tells the registry of sessions who came in. */
function identifying(
  accounts: Accounts,
  live: Live,
): { readonly verify: VerifyPassword } & Required<Pick<SmtpServerOptions, "mechanisms">> {
  const identify = (identity: string): void => live.identify(identity);
  return {
    mechanisms: telling(accounts.mechanisms, identify),
    verify: async (credentials) => {
      const identity = await accounts.verify(credentials);
      if (identity !== undefined) identify(identity);
      return identity;
    },
  };
}
