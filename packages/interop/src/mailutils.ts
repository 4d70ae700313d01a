// A private GNU mailutils pop3d on free loopback ports, as root, which is what it insists on. Debian has no place for it beside Dovecot, so its package is
// unpacked, not installed. Debian: libmailutils9, libmu-dbm9.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { latin1 } from "@mailwire/wire";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { unpacked } from "./debian-package.ts";
import { OWNER } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { listening, mustRun } from "./program.ts";

/** A running pop3d; user alice@example.test/secret1. */
export interface Mailutils {
  readonly pop3: number;
  readonly pop3s: number;
  readonly certificate: Certificate;
  /** Puts a message into alice's maildrop, behind all others. */
  deliver(message: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it with all its files in `directory`. */
export async function startMailutils(directory: string): Promise<Mailutils> {
  const program = join(await unpacked("mailutils-pop3d"), "usr", "sbin", "pop3d");
  const certificate = await makeCertificate(directory);
  const [pop3 = 0, pop3s = 0] = await freePorts(2);
  const maildir = join(directory, "INBOX");
  const { stdout } = await mustRun(["openssl", "passwd", "-6", "secret1"]);
  await mkdir(join(directory, "domains"));
  await mkdir(join(directory, "locks"));
  const account = ["alice", stdout.trim(), OWNER.uid, OWNER.gid, "", directory, "/bin/sh", `maildir://${maildir}`];
  await writeFile(join(directory, "domains", "example.test"), `${account.join(":")}\n`);
  const file = join(directory, "pop3d.conf");
  await writeFile(file, configuration(directory, certificate, { pop3, pop3s }));
  for (const path of [maildir, ...["cur", "new", "tmp"].map((name) => join(maildir, name))]) {
    await mkdir(path);
    await chown(path, OWNER.uid, OWNER.gid);
  }
  await chown(join(directory, "locks"), OWNER.uid, OWNER.gid);
  const daemon = spawn(program, ["--no-site-config", "--config-file", file], { stdio: "ignore" });
  await Promise.all([pop3, pop3s].map((port) => listening(port)));
  let count = 0;
  return {
    pop3,
    pop3s,
    certificate,
    deliver: async (message) => {
      count += 1;
      const path = join(maildir, "new", `${1_000_000_000 + count}.M1P1.host`);
      await writeFile(path, latin1(message).replaceAll("\r\n", "\n"), "latin1");
      await chown(path, OWNER.uid, OWNER.gid);
    },
    stop: async () => {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    },
  };
}

function configuration(directory: string, certificate: Certificate, ports: Readonly<Record<"pop3" | "pop3s", number>>): string {
  return `
auth { authentication generic; authorization virtdomain; };
virtdomain { passwd-dir ${directory}/domains; };
mailbox { mailbox-type maildir; };
logging { syslog no; };
mandatory-locking { enable yes; lock-directory ${directory}/locks; };
tcp-wrappers { enable no; };
tls-file-checks { key-file none; cert-file none; ca-file none; };
mode daemon;
foreground yes;
tls { ssl-certificate-file ${certificate.certFile}; ssl-key-file ${certificate.keyFile}; };
server 127.0.0.1:${ports.pop3} { tls-mode ondemand; };
server 127.0.0.1:${ports.pop3s} { tls-mode connection; };
`;
}
