// A private Exim on a free loopback port that delivers for example.test into Maildirs. Debian has no place for it beside Postfix, so its
// package is unpacked, not installed, and the account that it insists on exists for it alone. Debian: libgnutls-dane0, libidn12, libnss-wrapper.

import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Certificate } from "./certificate.ts";
import { unpacked } from "./debian-package.ts";
import { OWNER } from "./dovecot.ts";
import { freePorts } from "./free-ports.ts";
import { listening } from "./program.ts";

/** A running Exim that takes mail for alice and bob at example.test. */
export interface Exim {
  readonly smtp: number;
  stop(): Promise<void>;
}

/**
 * Starts Exim with all its files in `directory`, as root; mail goes to `<directory>/home/<user>/Maildir`, that for relay.example by SMTP to
 * `relayPort` of this machine.
 */
export async function startExim(directory: string, certificate: Certificate, relayPort = 25): Promise<Exim> {
  const program = join(await unpacked("exim4-daemon-light"), "usr", "sbin", "exim4");
  // With the bit that makes it root it would look for accounts elsewhere.
  await chmod(program, 0o755);
  const [smtp = 0] = await freePorts(1);
  for (const name of ["spool", "home"]) {
    await mkdir(join(directory, name));
    await chown(join(directory, name), OWNER.uid, OWNER.gid);
  }
  const file = join(directory, "exim.conf");
  const [passwd, group] = [join(directory, "passwd"), join(directory, "group")];
  await writeFile(
    passwd,
    `root:x:0:0::/root:/bin/sh\nnobody:x:${OWNER.uid}:${OWNER.gid}::/:\nDebian-exim:x:${OWNER.uid}:${OWNER.gid}::/:\n`,
  );
  await writeFile(group, `root:x:0:\nmail:x:8:\nnogroup:x:${OWNER.gid}:\nDebian-exim:x:${OWNER.gid}:\n`);
  await writeFile(file, configuration({ directory, program, certificate, port: smtp, relayPort }));
  const accounts = { LD_PRELOAD: "libnss_wrapper.so", NSS_WRAPPER_PASSWD: passwd, NSS_WRAPPER_GROUP: group };
  const daemon = spawn(program, ["-C", file, "-bdf", "-q1h"], { stdio: "ignore", env: { ...process.env, ...accounts } });
  await listening(smtp);
  return {
    smtp,
    stop: async () => {
      if (daemon.exitCode !== null) return;
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    },
  };
}

interface Configuration {
  readonly directory: string;
  readonly program: string;
  readonly certificate: Certificate;
  readonly port: number;
  readonly relayPort: number;
}

function configuration({ directory, program, certificate, port, relayPort }: Configuration): string {
  return `
keep_environment = LD_PRELOAD : ^NSS_WRAPPER_
exim_path = ${program}
exim_user = nobody
exim_group = nogroup
never_users =
spool_directory = ${directory}/spool
log_file_path = ${directory}/spool/%slog
pid_file_path = ${directory}/spool/pid
primary_hostname = mail.example.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
tls_advertise_hosts = *
tls_certificate = ${certificate.certFile}
tls_privatekey = ${certificate.keyFile}
domainlist local_domains = example.test
domainlist relay_domains = relay.example
acl_smtp_rcpt = check_rcpt
acl_smtp_vrfy = accept
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
message_size_limit = 1M
host_lookup =
rfc1413_query_timeout = 0s

begin acl
check_rcpt:
  accept domains = +local_domains
         verify = recipient
  accept domains = +relay_domains
  deny message = no relaying

begin routers
local:
  driver = accept
  domains = +local_domains
  local_parts = alice : bob
  transport = maildir
relay:
  driver = manualroute
  domains = +relay_domains
  route_list = * 127.0.0.1
  self = send
  transport = relay

begin transports
relay:
  driver = smtp
  port = ${relayPort}
  hosts_require_tls = *
  tls_verify_certificates = ${certificate.certFile}
  tls_verify_hosts = *
  tls_verify_cert_hostnames =
  hosts_try_chunking = *
  hosts_try_fastopen =
maildir:
  driver = appendfile
  maildir_format
  directory = ${directory}/home/$local_part_data/Maildir
  create_directory
  user = nobody
  group = nogroup
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and {{eq{$auth2}{bob}}{eq{$auth3}{secret2}}}}
  server_set_id = $auth2
  server_advertise_condition = \${if def:tls_in_cipher}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if and {{eq{$auth1}{bob}}{eq{$auth2}{secret2}}}}
  server_set_id = $auth1
  server_advertise_condition = \${if def:tls_in_cipher}
`;
}
