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
  stop(): Promise<void>;
}

/** Who the mail belongs to: `nobody` when root runs the tests, as Dovecot does not serve root's mail; else the user. */
export const OWNER: { readonly uid: number; readonly gid: number } =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Starts Dovecot with all its files in `directory`. */
export async function startDovecot(directory: string): Promise<Dovecot> {
  const certificate = await makeCertificate(directory);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  await mkdir(join(directory, "home"), { recursive: true });
  await chown(join(directory, "home"), OWNER.uid, OWNER.gid);
  await writeFile(join(directory, "users"), "alice:{PLAIN}secret1\nbob:{PLAIN}secret2\n");
  const file = join(directory, "dovecot.conf");
  await writeFile(file, configuration(directory, certificate, { imap, imaps, pop3, pop3s }));
  await launch(["dovecot", "-c", file]);
  await Promise.all([imap, imaps, pop3, pop3s].map((port) => listening(port)));
  return {
    imap,
    imaps,
    pop3,
    pop3s,
    certificate,
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
