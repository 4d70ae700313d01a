// A private Dovecot (IMAP and POP3, plain, STARTTLS and implicit TLS) on free loopback ports. Debian: dovecot-imapd, dovecot-pop3d.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificate, type Certificate } from "./certificate.ts";
import { freePorts } from "./free-ports.ts";
import { launch, listening, mustRun } from "./program.ts";

/** A running Dovecot; users alice/secret1 and bob/secret2, mail in `home/<user>/Maildir`. */
export interface Dovecot {
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly certificate: Certificate;
  /** What Dovecot's own administration tool says of the mail it holds. */
  doveadm(...args: readonly string[]): Promise<string>;
  /** Fields of the messages in a mailbox of alice, as Dovecot has them: a line each, in order, without \Recent. */
  stored(mailbox: string, fields: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Who the mail belongs to: `nobody` when root runs the tests, as Dovecot does not serve root's mail; else the user. */
export const OWNER: { readonly uid: number; readonly gid: number } =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Starts Dovecot with all its files in `directory`; `settings` are lines for its configuration. */
export async function startDovecot(directory: string, settings = ""): Promise<Dovecot> {
  const certificate = await makeCertificate(directory);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  await mkdir(join(directory, "home"), { recursive: true });
  await chown(join(directory, "home"), OWNER.uid, OWNER.gid);
  await writeFile(join(directory, "users"), "alice:{PLAIN}secret1\nbob:{PLAIN}secret2\n");
  const file = join(directory, "dovecot.conf");
  await writeFile(file, configuration(directory, certificate, { imap, imaps, pop3, pop3s }) + settings);
  await launch(["dovecot", "-c", file]);
  await Promise.all([imap, imaps, pop3, pop3s].map((port) => listening(port)));
  const doveadm = async (...args: readonly string[]): Promise<string> => (await mustRun(["doveadm", "-c", file, ...args])).stdout;
  return {
    imap,
    imaps,
    pop3,
    pop3s,
    certificate,
    doveadm,
    stored: async (mailbox, fields) => {
      const lines = await doveadm("-f", "flow", "fetch", "-u", "alice", fields, "mailbox", mailbox);
      return lines
        .replace(/ ?\\Recent/g, "")
        .split("\n")
        .slice(0, -1);
    },
    stop: async () => {
      await mustRun(["doveadm", "-c", file, "stop"]);
    },
  };
}

function configuration(directory: string, certificate: Certificate, ports: Record<"imap" | "imaps" | "pop3" | "pop3s", number>): string {
  const user = OWNER.uid === 65534 ? { name: "nobody", group: "nogroup" } : { name: `#${OWNER.uid}`, group: `#${OWNER.gid}` };
  const listener = (name: string, port: number, tls = ""): string => `inet_listener ${name} {\n    port = ${port}\n    ${tls}\n  }`;
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/dovecot.log
listen = 127.0.0.1
protocols = imap pop3
default_internal_user = ${user.name}
default_internal_group = ${user.group}
default_login_user = ${user.name}
first_valid_uid = 1
first_valid_gid = 0
ssl = yes
ssl_cert = <${certificate.certFile}
ssl_key = <${certificate.keyFile}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_uid = ${OWNER.uid}
mail_gid = ${OWNER.gid}
passdb {
  driver = passwd-file
  args = ${directory}/users
}
userdb {
  driver = static
  args = uid=${OWNER.uid} gid=${OWNER.gid} home=${directory}/home/%n allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
}
service anvil {
  chroot =
  # After a wrong password, nobody waits.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  ${listener("imap", ports.imap)}
  ${listener("imaps", ports.imaps, "ssl = yes")}
}
service pop3-login {
  chroot =
  ${listener("pop3", ports.pop3)}
  ${listener("pop3s", ports.pop3s, "ssl = yes")}
}
`;
}
