// Memory per idle connection. SMTP servers hold --conns connections (after EHLO); Dovecot (one process per IMAP session)
// holds --imap-conns for context. Client side: --client-conns IMAP client objects logged in and idle.
import net from "node:net";
import { fork } from "node:child_process";
import path from "node:path";
import { cli, list } from "../harness/cli.mjs";
import { startServer, HOST } from "../harness/session.mjs";
import { startDovecot } from "../harness/dovecot.mjs";
import { childrenOf, memOf, pssOf, cpuOf } from "../harness/proc.mjs";
import { root } from "../harness/load.mjs";
import { save } from "../harness/runner.mjs";
import { median, spread, table } from "../harness/stats.mjs";
const o = cli({
  runs: 5,
  conns: 5000,
  "imap-conns": 200,
  "client-conns": 500,
  servers: "mailwire-smtp,smtp-server,aiosmtpd,postfix",
  clients: "mailwire-imap,imapflow,node-imap",
  product: "",
  dovecot: true,
  out: "results/idle.json",
});
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/** Opens n connections from this process: greeting, EHLO, reply, then silence. */
async function openSmtp(port, n) {
  const socks = [];
  let failed = 0;
  for (let i = 0; i < n; i += 100) {
    await Promise.all(
      Array.from(
        { length: Math.min(100, n - i) },
        () =>
          new Promise((res) => {
            const s = net.connect({ port, host: HOST });
            let st = 0;
            let buf = "";
            const t = setTimeout(() => {
              failed++;
              res();
            }, 15000);
            s.on("error", () => {
              failed++;
              clearTimeout(t);
              res();
            });
            s.on("data", (d) => {
              buf += d.latin1Slice(0, d.length);
              if (!/(^|\n)\d{3} [^\n]*\n$/.test(buf)) return;
              buf = "";
              if (st++ === 0) s.write("EHLO client.example.com\r\n");
              else if (st === 2) {
                clearTimeout(t);
                socks.push(s);
                res();
              }
            });
          }),
      ),
    );
  }
  return {
    socks,
    failed,
    close: () =>
      Promise.all(
        socks.map(
          (s) =>
            new Promise((r) => {
              s.once("close", r);
              s.destroy();
            }),
        ),
      ),
  };
}
const rows = {};
const add = (k, kind, s) => {
  (rows[k] ||= { kind, samples: [] }).samples.push(s);
  console.error(
    `${k} ${s.kb.toFixed(1)} KB each (${s.n} connections, total ${s.mb.toFixed(1)} MB${s.failed ? ", failed " + s.failed : ""}) ${s.note || ""}`,
  );
};
for (let round = 0; round < o.runs; round++) {
  for (const impl of [...list(o.servers), ...list(o.product)]) {
    let srv;
    try {
      srv = await startServer(impl, "smtpReceive");
    } catch (e) {
      console.error(impl, e.message);
      continue;
    }
    if (!srv) continue;
    // a few sessions first, so that lazily loaded code is not counted
    const w = await openSmtp(srv.port, 50);
    await w.close();
    await sleep(300);
    if (srv.ask) await srv.ask("gc");
    await sleep(200);
    const m0 = memOf(srv.pid).rss;
    const c0 = cpuOf(srv.pid);
    const held = await openSmtp(srv.port, o.conns);
    const setup = cpuOf(srv.pid) - c0;
    await sleep(500);
    const raw = memOf(srv.pid).rss;
    if (srv.ask) {
      await srv.ask("gc");
      await sleep(300);
    }
    const m1 = memOf(srv.pid).rss;
    const c1 = cpuOf(srv.pid);
    await sleep(2000);
    const idleCpu = cpuOf(srv.pid) - c1;
    const n = held.socks.length;
    add("smtp server: " + impl, srv.kind, {
      n,
      failed: held.failed,
      mb: m1 - m0,
      kb: ((m1 - m0) * 1024) / n,
      kbBeforeGc: ((raw - m0) * 1024) / n,
      setupCpuMs: (setup * 1000) / n,
      idleCpuPct: (idleCpu / 2) * 100,
    });
    await held.close();
    await srv.stop();
  }
}
if (o.dovecot) {
  const dc = await startDovecot({ count: 10, big: 0 });
  try {
    for (let round = 0; round < o.runs; round++) {
      const socks = [];
      const before = new Set(
        childrenOf(dc.pids[0])
          .filter((c) => c.name === "imap")
          .map((c) => c.pid),
      );
      for (let i = 0; i < o["imap-conns"]; i++) {
        socks.push(
          await new Promise((res, rej) => {
            const s = net.connect({ port: dc.imap, host: HOST });
            s.on("error", rej);
            s.on("data", (d) => {
              const t = d.latin1Slice(0, d.length);
              if (t.startsWith("* OK")) s.write("A1 LOGIN many pass\r\nA2 SELECT INBOX\r\nA3 IDLE\r\n");
              if (t.includes("+ idling")) res(s);
            });
          }),
        );
      }
      await sleep(300);
      const pids = childrenOf(dc.pids[0])
        .filter((c) => c.name === "imap" && !before.has(c.pid))
        .map((c) => c.pid);
      const pss = pids.map(pssOf).filter(Number.isFinite);
      const rss = pids.map((p) => memOf(p).rss).filter(Number.isFinite);
      const sum = pss.reduce((a, b) => a + b, 0);
      add("dovecot imap process (PSS)", "peer", {
        n: pss.length,
        failed: 0,
        mb: sum,
        kb: (sum * 1024) / pss.length,
        note: `RSS each ${((rss.reduce((a, b) => a + b, 0) * 1024) / rss.length).toFixed(0)} KB`,
      });
      for (const s of socks) s.destroy();
      await sleep(1000);
    }
    for (let round = 0; round < o.runs; round++) {
      for (const impl of [...list(o.clients), ...list(o.product)]) {
        const p = fork(
          path.join(root, "harness/idle-clients.mjs"),
          [JSON.stringify({ impl, host: HOST, port: dc.imap, n: o["client-conns"] })],
          { execArgv: ["--expose-gc", "--no-warnings"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
        );
        const m = await new Promise((r) => {
          p.once("message", r);
          p.once("exit", () => r(null));
        });
        p.kill("SIGKILL");
        if (!m || m.skip) continue;
        add("imap client: " + impl, m.kind, { n: m.n, failed: 0, mb: m.mb, kb: (m.mb * 1024) / m.n });
        await sleep(1500);
      }
    }
  } finally {
    await dc.stop();
  }
}
const summary = Object.entries(rows).map(([k, { kind, samples }]) => ({
  what: k,
  kind,
  n: samples.length,
  conns: median(samples.map((s) => s.n)),
  kb: median(samples.map((s) => s.kb)),
  kbBeforeGc: median(samples.map((s) => s.kbBeforeGc)),
  setupCpuMs: median(samples.map((s) => s.setupCpuMs)),
  idleCpuPct: median(samples.map((s) => s.idleCpuPct)),
  spread: spread(samples.map((s) => s.kb)),
  note: samples[0].note,
}));
console.log(
  table(
    ["what", "connections", "KB each", "KB each before gc", "setup CPU ms each", "idle CPU %", "+-%", "note"],
    summary.map((x) => [x.what, x.conns, x.kb, x.kbBeforeGc, x.setupCpuMs, x.idleCpuPct, x.spread, x.note || ""]),
  ),
);
save(o.out, { bench: "idle", args: o, summary, rows });
