// A private Postfix on free loopback ports: an MX with STARTTLS that delivers for example.test into the Maildirs of a private Dovecot. Its
// master process needs root; what talks to the network runs as user postfix. Debian: postfix.

import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { OWNER } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { eventually } from "./maildir.ts";
import { launch, listening, mustRun } from "./program.ts";

/** A running Postfix that takes mail for alice and bob at example.test. */
export interface Postfix {
  readonly smtp: number;
  /** TLS from the first byte. */
  readonly smtps: number;
  /** The log so far. */
  log(): Promise<string>;
  /** Resolves to the log once `pattern` is in it. */
  logged(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Starts Postfix with its queue in `directory`; mail goes to `<homes>/<user>/Maildir`. `settings` are lines for its main.cf. */
export async function startPostfix(directory: string, homes: string, certificate: Certificate, settings = ""): Promise<Postfix> {
  const [smtp = 0, smtps = 0] = await freePorts(2);
  const etc = join(directory, "etc");
  const log = join(directory, "maillog");
  await Promise.all([etc, join(directory, "queue"), join(directory, "data")].map((path) => mkdir(path, { recursive: true })));
  await chmod(directory, 0o755);
  const { stdout: uid } = await mustRun(["id", "-u", "postfix"]);
  await chown(join(directory, "data"), Number(uid), 0);
  await writeFile(log, "", { mode: 0o644 });
  await writeFile(join(etc, "main.cf"), mainCf(directory, homes, certificate) + settings);
  await writeFile(join(etc, "master.cf"), masterCf(smtp, smtps));
  await launch(["postfix", "-c", etc, "start"]);
  await Promise.all([smtp, smtps].map((port) => listening(port)));
  const read = (): Promise<string> => readFile(log, "utf8");
  return {
    smtp,
    smtps,
    log: read,
    logged: async (pattern) => {
      const found = await eventually(async () => [await read()].find((text) => pattern.test(text)));
      if (found === undefined) throw new Error(`not in the log: ${String(pattern)}\n${await read()}`);
      return found;
    },
    stop: async () => {
      await mustRun(["postfix", "-c", etc, "stop"]);
    },
  };
}

function mainCf(directory: string, homes: string, certificate: Certificate): string {
  return `
compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
maillog_file = ${directory}/maillog
maillog_file_prefixes = ${directory}
meta_directory = /etc/postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.test
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local delivery
virtual_mailbox_domains = example.test
virtual_mailbox_base = ${homes}
virtual_mailbox_maps = inline:{ {alice@example.test=alice/Maildir/}, {bob@example.test=bob/Maildir/} }
virtual_uid_maps = static:${OWNER.uid}
virtual_gid_maps = static:${OWNER.gid}
virtual_minimum_uid = 1
smtpd_tls_cert_file = ${certificate.certFile}
smtpd_tls_key_file = ${certificate.keyFile}
smtpd_tls_security_level = may
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_relay_restrictions = reject_unauth_destination
smtputf8_enable = yes
`;
}

function masterCf(smtp: number, smtps: number): string {
  return `
127.0.0.1:${smtp} inet n - n - - smtpd
127.0.0.1:${smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}
