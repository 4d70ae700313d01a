// A Dovecot that offers all its mechanisms, in IMAP, POP3 and message submission, which it hands on to a server of ours. Debian: dovecot-submissiond.

import { createHmac } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serveSmtp } from "@mailwire/smtp/server";
import { type Listener, listen } from "@mailwire/tls";
import { type Certificate, makeClientCertificate } from "./certificate.ts";
import { type Dovecot, startDovecot } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { listening } from "./program.ts";

/** A running Dovecot with submission. */
export interface SaslDovecot {
  readonly ports: Readonly<Record<"imap" | "pop3" | "submission", number>>;
  readonly certificate: Certificate;
  /** Shows that its owner is alice. */
  readonly clientCertificate: Certificate;
  /** A token for alice that Dovecot finds good, or one that expired long ago. */
  token(kind: "good" | "expired"): string;
  stop(): Promise<void>;
}

const TOKEN_KEY = "a key of the test's own, long enough for HMAC";

/** Starts it with all files in `directory`. */
export async function startSaslDovecot(directory: string): Promise<SaslDovecot> {
  const [submission = 0] = await freePorts(1);
  const clientCertificate = await makeClientCertificate(directory, "alice");
  const next = await listen({ host: "127.0.0.1", port: 0 }, (transport) => serveSmtp(transport, { hostname: "next.example.test" }));
  const keys = join(directory, "token-keys");
  await mkdir(join(keys, "default", "HS256"), { recursive: true });
  await writeFile(join(keys, "default", "HS256", "default"), Buffer.from(TOKEN_KEY).toString("base64"));
  const oauth = join(directory, "oauth2.conf");
  await writeFile(oauth, `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${keys}/\nusername_attribute = sub\n`);
  const dovecot = await startDovecot(directory, settings({ submission, next, clientCertificate, oauth }));
  await listening(submission);
  return {
    ports: { imap: dovecot.imap, pop3: dovecot.pop3, submission },
    certificate: dovecot.certificate,
    clientCertificate,
    token: (kind) => token(kind === "good" ? Date.now() / 1000 + 3600 : 1_000_000_000),
    stop: () => stop(dovecot, next),
  };
}

async function stop(dovecot: Dovecot, next: Listener): Promise<void> {
  await dovecot.stop();
  await next.close();
}

function settings(parts: {
  readonly submission: number;
  readonly next: Listener;
  readonly clientCertificate: Certificate;
  readonly oauth: string;
}): string {
  return `
protocols = imap pop3 submission
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer external anonymous
auth_anonymous_username = bob
auth_ssl_username_from_cert = yes
ssl_ca = <${parts.clientCertificate.certFile}
ssl_require_crl = no
ssl_verify_client_cert = yes
submission_relay_host = 127.0.0.1
submission_relay_port = ${parts.next.port}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${parts.oauth}
}
passdb {
  driver = static
  mechanisms = external
  args = nopassword=y
}
service submission-login {
  chroot =
  inet_listener submission {
    port = ${parts.submission}
  }
}
`;
}

/** A JSON Web Token (RFC 7519) for alice. */
function token(expires: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: "alice", iat: 1_000_000_000, exp: Math.floor(expires) })}`;
  return `${signed}.${createHmac("sha256", TOKEN_KEY).update(signed).digest("base64url")}`;
}
