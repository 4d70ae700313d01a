// A private sendmail on a free loopback port that passes all mail on. Its paths are compiled in, and Debian has no place for it beside Postfix, so it
// runs in a root directory of its own. Debian: libsasl2-modules, m4.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { unpacked } from "./debian-package.ts";
import { freePorts } from "./free-ports.ts";
import { listening, mustRun } from "./program.ts";
import { makeRootDirectory } from "./root-directory.ts";

/** A running sendmail; user bob/secret2. */
export interface Sendmail {
  readonly smtp: number;
  stop(): Promise<void>;
}

/** Starts sendmail with all its files in `directory`, as root; all mail goes by SMTP to `relayPort` of this machine, as bob's. */
export async function startSendmail(directory: string, certificate: Certificate, relayPort: number): Promise<Sendmail> {
  const path = join(directory, "root");
  const packages = await unpacked("sendmail-bin", "sendmail-cf", "sasl2-bin");
  await mkdir(path);
  await makeRootDirectory({
    path,
    packages,
    programs: ["/usr/libexec/sendmail/sendmail", "/usr/sbin/saslpasswd2"],
    plugins: "/usr/lib/*-linux-gnu/sasl2/*.so",
    accounts: ["nobody:x:65534:65534::/:/bin/false", "smmsp:x:64903:64903::/:/bin/false"],
    groups: ["nogroup:x:65534:", "smmsp:x:64903:"],
  });
  for (const folder of ["var/spool/mqueue", "var/run/sendmail/mta", "etc/mail"]) await mkdir(join(path, folder), { recursive: true });
  await chmod(join(path, "var/spool/mqueue"), 0o700);
  await chmod(path, 0o755);
  const mail = join(path, "etc", "mail");
  await writeFile(join(mail, "cert.pem"), certificate.cert);
  await writeFile(join(mail, "key.pem"), certificate.key, { mode: 0o600 });
  await writeFile(join(mail, "aliases"), "postmaster: alice@example.test\nstaff: alice@example.test, bob@example.test\n");
  await writeFile(join(mail, "authinfo"), 'AuthInfo:|"U:bob" "P:secret2" "M:PLAIN"\n', { mode: 0o600 });
  await writeFile(join(path, "etc", "hosts"), "127.0.0.1 localhost\n");
  const [smtp = 0] = await freePorts(1);
  const { stdout } = await mustRun(["m4", "-"], { input: configuration(join(packages, "usr/share/sendmail/cf"), smtp, relayPort) });
  await writeFile(join(mail, "sendmail.cf"), stdout);
  await mustRun(["chroot", path, "/usr/sbin/saslpasswd2", "-p", "-c", "-u", "mail.example.test", "bob"], { input: "secret2" });
  const daemon = spawn("chroot", [path, "/usr/libexec/sendmail/sendmail", "-bD", "-C", "/etc/mail/sendmail.cf"], { stdio: "ignore" });
  await listening(smtp);
  return {
    smtp,
    stop: async () => {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    },
  };
}

function configuration(macros: string, port: number, relayPort: number): string {
  return `divert(-1)
define(\`_CF_DIR_', \`${macros}/')
include(\`${macros}/m4/cf.m4')
divert(0)dnl
OSTYPE(\`linux')
FEATURE(\`nocanonify')
FEATURE(\`accept_unresolvable_domains')
FEATURE(\`promiscuous_relay')
FEATURE(\`authinfo', \`text -z| -k0 -v1 /etc/mail/authinfo')
define(\`confDOMAIN_NAME', \`mail.example.test')
define(\`SMART_HOST', \`esmtp:[127.0.0.1]')
define(\`ESMTP_MAILER_ARGS', \`TCP $h ${relayPort}')
define(\`ALIAS_FILE', \`implicit:/etc/mail/aliases')
define(\`QUEUE_DIR', \`/var/spool/mqueue')
define(\`confPRIVACY_FLAGS', \`')
define(\`confDELIVER_BY_MIN', \`60')
define(\`confAUTH_OPTIONS', \`A p')
define(\`confAUTH_MECHANISMS', \`PLAIN LOGIN')
TRUST_AUTH_MECH(\`PLAIN LOGIN')
define(\`confSERVER_CERT', \`/etc/mail/cert.pem')
define(\`confSERVER_KEY', \`/etc/mail/key.pem')
define(\`confCACERT', \`/etc/mail/cert.pem')
define(\`confCACERT_PATH', \`/etc/mail')
define(\`confTO_IDENT', \`0')
DAEMON_OPTIONS(\`Name=MTA, Addr=127.0.0.1, Port=${port}')
MAILER(\`local')
MAILER(\`smtp')
`;
}
