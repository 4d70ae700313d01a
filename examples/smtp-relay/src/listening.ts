// Where the relay takes mail, by its flags: in clear, with STARTTLS where there is a certificate, and inside TLS from the first byte.

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { portBy, UsageError } from "example-client-options";
import type { MailListenOptions } from "@mailwire/server";

/** For the `options` of `parseArgs`. */
export const LISTENING_FLAGS = {
  listen: { type: "string" },
  "listen-tls": { type: "string" },
  "listen-host": { type: "string", default: "127.0.0.1" },
  cert: { type: "string" },
  key: { type: "string" },
} as const;

/** What {@link LISTENING_FLAGS} mean, for people. */
export const LISTENING_HELP = `  --listen P                     the port to take mail on (0: a free one)
  --listen-tls P                 the same, inside TLS from the first byte
  --listen-host A                the address to take mail on (default: 127.0.0.1)
  --cert FILE --key FILE         the certificate that clients see (PEM); offers STARTTLS`;

/** What `parseArgs` makes of {@link LISTENING_FLAGS}. */
export interface ListeningValues {
  readonly listen?: string | undefined;
  readonly "listen-tls"?: string | undefined;
  readonly "listen-host": string;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Where to listen. */
export interface Listening {
  /** Each port by the name of what is spoken there. */
  readonly ports: readonly (readonly ["smtp" | "smtps", MailListenOptions])[];
  /** For the upgrade of connections in clear, where there is a certificate. */
  readonly tls: KeyPair | undefined;
}

/** A certificate and its key, PEM. */
interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Looks at the flags, and at the certificate that they name. */
export function listeningBy({ listen, "listen-tls": listenTls, "listen-host": host, cert, key }: ListeningValues): Listening {
  const tls = keyPairBy(cert, key);
  const ports: ["smtp" | "smtps", MailListenOptions][] = [];
  if (listen !== undefined || listenTls === undefined) ports.push(["smtp", { host, port: portBy("--listen", listen) }]);
  if (listenTls !== undefined) {
    if (tls === undefined) throw new UsageError("--listen-tls needs --cert and --key");
    ports.push(["smtps", { host, port: portBy("--listen-tls", listenTls), mode: "implicit", tls }]);
  }
  return { ports, tls };
}

function keyPairBy(cert: string | undefined, key: string | undefined): KeyPair | undefined {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key go together");
  if (cert === undefined || key === undefined) return undefined;
  const tls = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  // What is no certificate is told now, not when the first client wants TLS.
  createSecureContext(tls);
  return tls;
}
