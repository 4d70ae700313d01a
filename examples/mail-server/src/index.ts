// The reference server: SMTP, LMTP, POP3 and IMAP on the ports asked for, over one store in memory.

import { createSecureContext } from "node:tls";
import { MemoryStore, USUAL_MAILBOXES } from "@mailwire/mailstore/memory";
import { MailServer, type MailServerLimits } from "@mailwire/server";
import { Accounts } from "./accounts.ts";
import { type KeyPair, selfSigned } from "./self-signed.ts";
import { SERVICE_NAMES, type ServiceName, services } from "./services.ts";

export { type KeyPair, selfSigned } from "./self-signed.ts";
export { SERVICE_NAMES, type ServiceName } from "./services.ts";

/** What the reference server is told. */
export interface ReferenceServerOptions {
  readonly host: string;
  /** Which services to start and where; 0 picks a free port. */
  readonly ports: Partial<Readonly<Record<ServiceName, number>>>;
  /** A Unix socket for LMTP. */
  readonly lmtpPath?: string;
  /** A user `name` receives mail for `name@` any of these. */
  readonly domains: readonly string[];
  readonly users: readonly { readonly name: string; readonly password: string }[];
  /** Made for this run when absent. */
  readonly keyPair?: KeyPair;
  readonly allowPlaintextAuth?: boolean;
  /** What is kept of passwords; in clear, APOP and CRAM-MD5 are offered, too. Default: keys. */
  readonly keep?: "keys" | "clear-passwords";
  /** Changes to the limits of its connections. */
  readonly limits?: Partial<MailServerLimits>;
  readonly onError?: (error: unknown) => void;
}

/** The reference server at work. */
export interface ReferenceServer {
  readonly server: MailServer;
  readonly store: MemoryStore;
  /** The actual ports. */
  readonly ports: Partial<Readonly<Record<ServiceName, number>>>;
  /** Its certificate, PEM: what clients must trust when nobody else vouches for it. */
  readonly certificate: string;
}

/** Starts it; resolves once all services listen. */
export async function startMailServer(options: ReferenceServerOptions): Promise<ReferenceServer> {
  const { host, domains, users, allowPlaintextAuth = false, keep = "keys", limits = {}, onError = () => undefined } = options;
  const hostname = domains[0] ?? "localhost";
  const { cert, key } = options.keyPair ?? (await selfSigned(hostname));
  const tls = { cert, key };
  // What is no certificate is told now, not when the first client wants TLS.
  createSecureContext(tls);
  const store = new MemoryStore({ mailboxes: USUAL_MAILBOXES });
  const accounts = new Accounts(keep);
  for (const { name, password } of users) {
    store.addUser(name);
    await accounts.add(name, password);
  }
  const server = new MailServer({ onError, limits });
  const offered = services({
    hostname,
    domains,
    store,
    accounts,
    apop: keep === "keys" ? "absent" : "offered",
    tls,
    allowPlaintextAuth,
    onError,
  });
  const ports: Partial<Record<ServiceName, number>> = {};
  for (const name of SERVICE_NAMES) {
    const port = options.ports[name];
    if (port === undefined) continue;
    const mode = name.endsWith("s") ? "implicit" : "plaintext";
    ports[name] = (await server.listen(offered[name], { host, port, mode, tls })).port;
  }
  if (options.lmtpPath !== undefined) await server.listen(offered.lmtp, { path: options.lmtpPath, tls });
  return { server, store, ports, certificate: cert };
}
