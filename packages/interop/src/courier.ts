// A private Courier POP3 server on free loopback ports, as root. Its paths are compiled in, and Debian has no place for it beside Dovecot, so it runs in a
// root directory of its own. Debian: libltdl7.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { latin1 } from "@mailwire/wire";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { unpacked } from "./debian-package.ts";
import { OWNER } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { eventually } from "./maildir.ts";
import { listening, mustRun } from "./program.ts";
import { makeRootDirectory } from "./root-directory.ts";

/** A running Courier; user alice/secret1. */
export interface Courier {
  readonly pop3: number;
  readonly pop3s: number;
  readonly certificate: Certificate;
  /** Puts a message into alice's maildrop, behind all others. */
  deliver(message: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

const PACKAGES = ["courier-pop", "courier-base", "courier-authlib", "courier-authdaemon", "courier-authlib-userdb", "libcourier-unicode4"];
const LIB = "/usr/lib/courier/courier";
const AUTH = "/usr/lib/courier/courier-authlib";

/** Starts Courier with all its files in `directory`. */
export async function startCourier(directory: string): Promise<Courier> {
  const path = join(directory, "root");
  const certificate = await makeCertificate(directory);
  await mkdir(path);
  await makeRootDirectory({
    path,
    packages: await unpacked(...PACKAGES),
    programs: [
      `${AUTH}/authdaemond`,
      `${AUTH}/makedatprog`,
      "/usr/lib/courier-authlib/libauthuserdb.so",
      `${LIB}/courierpop3login`,
      `${LIB}/courierpop3d`,
      "/usr/sbin/couriertcpd",
      "/usr/bin/couriertls",
    ],
    accounts: [`courier:x:${OWNER.uid}:${OWNER.gid}::/:/bin/false`],
    groups: [`courier:x:${OWNER.gid}:`],
  });
  const etc = join(path, "etc", "courier");
  await writeFile(join(etc, "both.pem"), certificate.cert + certificate.key, { mode: 0o644 });
  await writeFile(join(etc, "authdaemonrc"), 'authmodulelist="authuserdb"\ndaemons=2\nDEFAULTOPTIONS=""\n', { mode: 0o644 });
  await mkdir(join(path, "run", "courier", "authdaemon"), { recursive: true });
  await makeAccount(path, etc);
  const maildir = join(path, "alice", "Maildir");
  for (const folder of [".", "cur", "new", "tmp"]) {
    await mkdir(join(maildir, folder), { recursive: true });
    await chown(join(maildir, folder), OWNER.uid, OWNER.gid);
  }
  const inside = (program: string, args: readonly string[] = []): ChildProcess =>
    spawn("chroot", [path, program, ...args], { stdio: "ignore", env: ENVIRONMENT });
  const [pop3 = 0, pop3s = 0] = await freePorts(2);
  const serve = (port: number, ...before: readonly string[]): ChildProcess =>
    inside("/usr/sbin/couriertcpd", [
      ...["-address=127.0.0.1", "-maxprocs=20", "-maxperip=20", "-nodnslookup", "-noidentlookup", String(port)],
      ...[...before, `${LIB}/courierpop3login`, `${LIB}/courierpop3d`, "Maildir"],
    ]);
  const daemons = [inside(`${AUTH}/authdaemond`), serve(pop3), serve(pop3s, "/usr/bin/couriertls", "-server", "-tcpd")];
  await Promise.all([pop3, pop3s].map((port) => listening(port)));
  await eventually(() =>
    access(join(path, "run/courier/authdaemon/socket")).then(
      () => true,
      () => undefined,
    ),
  );
  await chmod(join(path, "run/courier/authdaemon"), 0o755);
  let count = 0;
  return {
    pop3,
    pop3s,
    certificate,
    deliver: async (message) => {
      count += 1;
      const file = join(maildir, "new", `${1_000_000_000 + count}.M1P1.host`);
      await writeFile(file, latin1(message).replaceAll("\r\n", "\n"), "latin1");
      await chown(file, OWNER.uid, OWNER.gid);
    },
    stop: async () => {
      for (const daemon of daemons) {
        daemon.kill("SIGTERM");
        await once(daemon, "exit");
      }
    },
  };
}

/** What its scripts make of `userdb`: a table of accounts, and one of passwords. */
async function makeAccount(path: string, etc: string): Promise<void> {
  const { stdout: hash } = await mustRun(["openssl", "passwd", "-6", "secret1"]);
  const tables = {
    "userdb.dat": `home=/alice|mail=/alice/Maildir|uid=${OWNER.uid}|gid=${OWNER.gid}|_=`,
    "userdbshadow.dat": `systempw=${hash.trim()}`,
  };
  for (const [name, fields] of Object.entries(tables)) {
    const make = ["chroot", path, `${AUTH}/makedatprog`, "-", "/etc/courier/partial", `/etc/courier/${name}`] as const;
    await mustRun(make, { input: `alice\t${fields}\n.\n` });
    await chmod(join(etc, name), 0o600);
  }
}

const ENVIRONMENT = {
  PATH: "/usr/sbin:/usr/bin:/bin",
  POP3AUTH: "",
  POP3AUTH_TLS: "PLAIN LOGIN",
  POP3_STARTTLS: "YES",
  POP3_TLS_REQUIRED: "0",
  COURIERTLS: "/usr/bin/couriertls",
  TLS_CERTFILE: "/etc/courier/both.pem",
  TLS_VERIFYPEER: "NONE",
};
