// A private Dovecot on high loopback ports with generated Maildirs; never root (as root it runs as nobody).
import { spawn, execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { body } from "./gen.mjs";
import { demote, freePort, startServer, waitPort, which, HOST } from "./session.mjs";
import { rng } from "./rng.mjs";

/** Maildirs: user "many" with `count` messages of `size` bytes, user "big" with one of `big` bytes; CRLF on disk. */
function makeMail(dir, { count, size, big, seed }) {
  const r = rng(seed);
  const box = (u) => {
    for (const d of ["cur", "new", "tmp"]) fs.mkdirSync(path.join(dir, "mail", u, d), { recursive: true });
    return path.join(dir, "mail", u, "cur");
  };
  let total = 0;
  const many = box("many");
  const text = body("mixed", 1 << 20, seed);
  for (let i = 1; i <= count; i++) {
    const head = Buffer.from(
      `From: Sender ${i} <s${i}@example.com>\r\nTo: bench@example.org\r\nSubject: message ${i}\r\nMessage-ID: <${i}.${r.u32()}@example.com>\r\nDate: Tue, 1 Jul 2025 00:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`,
    );
    const want = size - head.length;
    const at = text.indexOf("\r\n", r.int(0, text.length - want - 400)) + 2;
    let part = Buffer.from(text.subarray(at, at + want));
    part[want - 2] = 13;
    part[want - 1] = 10;
    if (part[want - 3] === 13) part[want - 3] = 0x61;
    const m = Buffer.concat([head, part]);
    total += m.length;
    fs.writeFileSync(path.join(many, `17000000${String(i).padStart(5, "0")}.M1P1.bench,S=${m.length},W=${m.length}:2,S`), m);
  }
  let bigSize = 0;
  if (big) {
    const f = path.join(box("big"), "tmpname");
    const b = Buffer.concat([
      Buffer.from("From: <a@example.com>\r\nTo: <b@example.com>\r\nSubject: big\r\n\r\n"),
      body("mixed", big, seed),
    ]);
    bigSize = b.length;
    fs.writeFileSync(f, b);
    fs.renameSync(f, path.join(dir, "mail/big/cur", `1700000000.M1P1.bench,S=${b.length},W=${b.length}:2,S`));
  }
  return { total, bigSize };
}
export async function startDovecot({ count = 2000, size = 10240, big = 100 << 20, seed = 21 } = {}) {
  const bin = which("dovecot");
  if (!bin) throw new Error("dovecot is not installed");
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "bench-dovecot-"));
  const root = process.getuid() === 0;
  const user = root ? "nobody" : os.userInfo().username;
  const group = root ? "nogroup" : execFileSync("id", ["-gn"]).toString().trim();
  const imap = await freePort();
  const pop3 = await freePort();
  const { total, bigSize } = makeMail(dir, { count, size, big, seed });
  for (const d of ["run", "state"]) fs.mkdirSync(path.join(dir, d));
  fs.writeFileSync(
    path.join(dir, "dovecot.conf"),
    `
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log
protocols = imap pop3
listen = ${HOST}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:${dir}/mail/%u
mail_max_userip_connections = 20000
pop3_no_flag_updates = yes
mail_fsync = never
default_process_limit = 4000
default_client_limit = 12000
default_vsz_limit = 1G
passdb {
  driver = static
  args = password=pass
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${dir}/mail/%u
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  service_count = 0
  process_min_avail = 1
  process_limit = 1
  inet_listener imap {
    address = ${HOST}
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  chroot =
  service_count = 0
  process_limit = 1
  inet_listener pop3 {
    address = ${HOST}
    port = ${pop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
`,
  );
  if (root) execFileSync("chown", ["-R", `${user}:${group}`, dir]);
  fs.chmodSync(dir, 0o755);
  const argv = demote([bin, "-F", "-c", path.join(dir, "dovecot.conf")]);
  const p = spawn(argv[0], argv.slice(1), { stdio: ["ignore", "ignore", "inherit"] });
  let gone = false;
  p.once("exit", () => {
    gone = true;
  });
  const stop = () =>
    new Promise((res) => {
      const end = () => {
        fs.rmSync(dir, { recursive: true, force: true });
        res();
      };
      if (gone) return end();
      p.once("exit", end);
      p.kill("SIGTERM");
    });
  try {
    await waitPort(imap);
    await waitPort(pop3);
  } catch (e) {
    const log = fs.existsSync(dir + "/log") ? fs.readFileSync(dir + "/log", "utf8") : "";
    await stop();
    throw new Error(e.message + "\n" + log.slice(-2000));
  }
  return { dir, imap, pop3, pids: [p.pid], total, count, bigSize, stop, version: execFileSync(bin, ["--version"]).toString().trim() };
}

/** The same mail behind an adapter's own servers (session.imapServe / session.popServe; args: host, port, mail = the folder). */
export async function startAdapterServer(impl, { count = 2000, size = 10240, big = 100 << 20, seed = 21 } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "bench-mail-"));
  const { total, bigSize } = makeMail(dir, { count, size, big, seed });
  const mail = path.join(dir, "mail");
  const i = await startServer(impl, "imapServe", { mail });
  const p = await startServer(impl, "popServe", { mail });
  const stop = async () => {
    await i?.stop();
    await p?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  };
  return { dir, imap: i?.port, pop3: p?.port, pids: [i?.pid, p?.pid].filter(Boolean), total, count, bigSize, stop, version: impl };
}
