// A private Cyrus (IMAP in clear, POP3 with STLS and implicit TLS, LMTP to put mail into it) on free loopback ports. Debian has no place for it beside Dovecot, so
// its packages are unpacked, not installed. Debian: libical3, libpcre3, libsasl2-modules, libxapian30, libzephyr4.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { unpacked, withLibraries } from "./debian-package.ts";
import { OWNER } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { listening, mustRun } from "./program.ts";

/** A running Cyrus; user alice/secret1. */
export interface Cyrus {
  readonly imap: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly lmtp: number;
  readonly certificate: Certificate;
  /** Puts a message into alice's maildrop, behind all others. */
  deliver(message: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Cyrus with all its files in `directory`, as the owner of mail. */
export async function startCyrus(directory: string): Promise<Cyrus> {
  const root = await unpacked("cyrus-imapd", "cyrus-pop3d", "cyrus-common", "sasl2-bin");
  const programs = join(root, "usr", "lib", "cyrus", "bin");
  const certificate = await makeCertificate(directory);
  const [imap = 0, pop3 = 0, pop3s = 0, lmtp = 0] = await freePorts(4);
  const imapdConf = join(directory, "imapd.conf");
  const cyrusConf = join(directory, "cyrus.conf");
  const passwords = join(directory, "sasldb2");
  await Promise.all([
    mkdir(join(directory, "conf", "socket"), { recursive: true }),
    mkdir(join(directory, "spool")),
    writeFile(imapdConf, configuration(directory, certificate)),
    writeFile(cyrusConf, services(programs, imapdConf, { imap, pop3, pop3s, lmtp })),
    mustRun([join(root, "usr", "sbin", "saslpasswd2"), "-p", "-c", "-f", passwords, "-u", "localhost", "alice"], { input: "secret1" }),
  ]);
  for (const path of [directory, join(directory, "conf"), join(directory, "conf", "socket"), join(directory, "spool"), passwords]) {
    await chown(path, OWNER.uid, OWNER.gid);
  }
  const argv = ["-C", imapdConf, "-M", cyrusConf, "-p", join(directory, "master.pid")];
  const master = spawn(join(programs, "master"), argv, { stdio: "ignore", env: await withLibraries(root), ...OWNER });
  await Promise.all([imap, pop3, pop3s, lmtp].map((port) => listening(port)));
  return {
    imap,
    pop3,
    pop3s,
    lmtp,
    certificate,
    deliver: async (message) => {
      const transport = await connect({ host: "127.0.0.1", port: lmtp });
      const client = await SmtpClient.open(transport, { protocol: "lmtp", allowPlaintext: true });
      await client.sendMail({ from: "bob@example.test", to: ["alice@localhost"], body: message });
      await client.quit();
    },
    stop: async () => {
      master.kill("SIGTERM");
      await once(master, "exit");
    },
  };
}

function configuration(directory: string, certificate: Certificate): string {
  return `
configdirectory: ${directory}/conf
defaultpartition: default
partition-default: ${directory}/spool
cyrus_user: nobody
cyrus_group: nogroup
admins: cyrus
servername: localhost
defaultdomain: localhost
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: 100000
autocreate_post: yes
allowplaintext: no
imap_allowplaintext: yes
imapidlepoll: 1
annotation_allow_undefined: yes
munge8bit: no
conversations: yes
duplicatesuppression: no
failedloginpause: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${directory}/sasldb2
sasl_mech_list: PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256
tls_server_cert: ${certificate.certFile}
tls_server_key: ${certificate.keyFile}
`;
}

function services(programs: string, imapdConf: string, ports: Readonly<Record<"imap" | "pop3" | "pop3s" | "lmtp", number>>): string {
  const service = (name: keyof typeof ports, program: string): string =>
    `${name} cmd="${programs}/${program} -C ${imapdConf}" listen="127.0.0.1:${ports[name]}"`;
  return `
START {
  recover cmd="${programs}/ctl_cyrusdb -C ${imapdConf} -r"
}
SERVICES {
  ${service("imap", "imapd")}
  ${service("pop3", "pop3d")}
  ${service("pop3s", "pop3d -s")}
  ${service("lmtp", "lmtpd -a")}
}
EVENTS {
  checkpoint cmd="${programs}/ctl_cyrusdb -C ${imapdConf} -c" period=30
}
`;
}
