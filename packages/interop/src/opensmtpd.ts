// A private OpenSMTPD on a free loopback port that delivers for example.test into Maildirs. Its paths and its users are compiled in, and Debian has no place
// for it beside Postfix, so it runs in a root directory of its own. As a server it has no TLS here: every handshake of Debian's build fails ("SSL
// routines::EVP lib"), and it offers AUTH only inside TLS.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { unpacked } from "./debian-package.ts";
import { OWNER } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { listening } from "./program.ts";
import { makeRootDirectory } from "./root-directory.ts";

/** A running OpenSMTPD that takes mail for alice and bob at example.test. */
export interface OpenSmtpd {
  readonly smtp: number;
  /** The Maildir of a user. */
  maildir(user: string): string;
  stop(): Promise<void>;
}

/**
 * Starts OpenSMTPD with all its files in `directory`, as root. Mail for relay.example goes by SMTP to `relayPort` of this machine,
 * by TLS and as bob.
 */
export async function startOpenSmtpd(directory: string, certificate: Certificate, relayPort: number): Promise<OpenSmtpd> {
  const path = join(directory, "root");
  await mkdir(path);
  const libexec = "/usr/libexec/opensmtpd";
  await makeRootDirectory({
    path,
    packages: await unpacked("opensmtpd"),
    programs: ["/usr/sbin/smtpd", "/usr/sbin/smtpctl", `${libexec}/mail.maildir`],
    accounts: [
      "opensmtpd:x:64901:64901::/var/lib/opensmtpd/empty:/bin/false",
      "opensmtpq:x:64902:64902::/var/lib/opensmtpd/empty:/bin/false",
      `vmail:x:${OWNER.uid}:${OWNER.gid}::/mail:/bin/sh`,
    ],
    groups: ["opensmtpd:x:64901:", "opensmtpq:x:64902:", `vmail:x:${OWNER.gid}:`],
  });
  for (const folder of ["var/spool/smtpd", "var/lib/opensmtpd/empty", "var/run", "run", "mail"]) {
    await mkdir(join(path, folder), { recursive: true });
  }
  await chmod(join(path, "var/spool/smtpd"), 0o711);
  await chown(join(path, "mail"), OWNER.uid, OWNER.gid);
  const [smtp = 0] = await freePorts(1);
  await writeFile(join(path, "virtuals"), "alice vmail\nbob vmail\n");
  await writeFile(join(path, "credentials"), "relay bob:secret2\n");
  await mkdir(join(path, "etc", "ssl", "certs"), { recursive: true });
  await writeFile(join(path, "etc", "ssl", "certs", "ca-certificates.crt"), certificate.cert);
  await writeFile(join(path, "etc", "hosts"), "127.0.0.1 localhost\n");
  await writeFile(join(path, "smtpd.conf"), configuration(smtp, relayPort), { mode: 0o600 });
  const daemon = spawn("chroot", [path, "/usr/sbin/smtpd", "-d", "-f", "/smtpd.conf"], { stdio: "ignore" });
  await listening(smtp);
  return {
    smtp,
    maildir: (user) => join(path, "mail", user),
    stop: async () => {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    },
  };
}

function configuration(port: number, relayPort: number): string {
  return `
table virtuals file:/virtuals
table credentials file:/credentials
smtp max-message-size "1M"
listen on 127.0.0.1 port ${port} hostname mail.example.test
action "keep" maildir "/mail/%{rcpt.user:strip}" virtual <virtuals>
action "pass on" relay host "smtp+tls://relay@localhost:${relayPort}" auth <credentials>
match from any for domain "example.test" action "keep"
match from any for domain "relay.example" action "pass on"
`;
}
