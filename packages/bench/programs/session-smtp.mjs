// Messages over loopback: every sender against every receiver.
//   --sizes bytes:count,...   --connections N   --conn-cases 1,100,1000 (memory against the number of connections)
import { cli, list } from "../harness/cli.mjs";
import { startServer, runClient, HOST } from "../harness/session.mjs";
import { cpuOf, memOf, resetPeak } from "../harness/proc.mjs";
import { save } from "../harness/runner.mjs";
import { median, spread, table } from "../harness/stats.mjs";
import { rng } from "../harness/rng.mjs";
const o = cli({
  runs: 5,
  seed: 1,
  connections: 10,
  sizes: "1024:4000,10240:3000,1048576:150,26214400:6",
  "conn-cases": "1,100,1000",
  "conn-count": 3000,
  "conn-size": 10240,
  senders: "mailwire-smtp,postfix,nodemailer",
  receivers: "mailwire-smtp,postfix,smtp-server,aiosmtpd",
  product: "",
  out: "results/session-smtp.json",
  timeout: 120000,
});
const senders = [...list(o.senders), ...list(o.product)];
const receivers = [...list(o.receivers), ...list(o.product)];
const cases = [
  ...list(o.sizes).map((s) => {
    const [size, count] = s.split(":").map(Number);
    return { name: `${size} B x ${count}, ${o.connections} conns`, size, count, connections: o.connections };
  }),
  ...list(o["conn-cases"]).map((n) => ({
    name: `${n} conns, ${o["conn-size"]} B x ${o["conn-count"]}`,
    size: o["conn-size"],
    count: Math.max(o["conn-count"], +n),
    connections: +n,
    mem: true,
  })),
];
const r = rng(o.seed);
const rows = new Map();
for (let round = 0; round < o.runs; round++) {
  for (const rec of r.shuffle([...receivers])) {
    for (const c of cases) {
      // memory cases: a fresh server each, so that its heap holds no earlier case
      for (const snd of r.shuffle([...senders])) {
        let srv;
        try {
          srv = await startServer(rec, "smtpReceive");
        } catch (e) {
          console.error(rec, e.message);
          continue;
        }
        if (!srv) continue;
        const warm = await runClient(
          "postfix",
          "smtpSend",
          { host: HOST, port: srv.port, size: 1024, count: 300, connections: 5 },
          o.timeout,
        );
        if (warm.error || warm.skip) console.error("warm-up", rec, warm);
        resetPeak(srv.pid);
        const m0 = memOf(srv.pid);
        const c0 = cpuOf(srv.pid);
        const before = srv.ask && (await srv.ask("count")).count;
        const res = await runClient(
          snd,
          "smtpSend",
          { host: HOST, port: srv.port, size: c.size, count: c.count, connections: c.connections },
          o.timeout,
        );
        const cpu = cpuOf(srv.pid) - c0;
        const m1 = memOf(srv.pid);
        const after = srv.ask && (await srv.ask("count")).count;
        await srv.stop();
        if (res.skip) continue;
        const key = [c.name, snd, rec].join("\u0000");
        if (!rows.has(key)) rows.set(key, { c, snd, rec, samples: [], errors: [] });
        const e = rows.get(key);
        if (res.error || (after && after.messages - before.messages !== c.count)) {
          e.errors.push(res.error || `received ${after.messages - before.messages} of ${c.count}`);
          console.error(`${round + 1}/${o.runs} ${c.name} ${snd} -> ${rec} ERROR ${e.errors.at(-1)}`);
          continue;
        }
        const s = {
          ms: res.ms,
          msgps: c.count / (res.ms / 1000),
          mbps: (c.count * c.size) / 1048576 / (res.ms / 1000),
          srvCpuMs: (cpu * 1000) / c.count,
          cliCpuMs: res.cpuMs / c.count,
          srvPeakMB: m1.peak,
          srvGrowthMB: m1.peak - m0.rss,
          cliPeakMB: res.peakMB,
        };
        e.samples.push(s);
        console.error(
          `${round + 1}/${o.runs} ${c.name} ${snd} -> ${rec} ${s.msgps.toFixed(0)} msg/s ${s.mbps.toFixed(1)} MB/s cpu/msg srv ${s.srvCpuMs.toFixed(3)} cli ${s.cliCpuMs.toFixed(3)} ms, peak srv ${s.srvPeakMB.toFixed(0)} cli ${s.cliPeakMB.toFixed(0)} MB`,
        );
      }
    }
  }
}
const summary = [];
for (const { c, snd, rec, samples, errors } of rows.values()) {
  const row = { case: c.name, sender: snd, receiver: rec, n: samples.length, errors: errors.length, error: errors[0] };
  for (const k of ["msgps", "mbps", "srvCpuMs", "cliCpuMs", "srvPeakMB", "srvGrowthMB", "cliPeakMB"])
    row[k] = median(samples.map((s) => s[k]));
  row.spread = spread(samples.map((s) => s.msgps));
  summary.push(row);
}
for (const c of cases) {
  const part = summary.filter((x) => x.case === c.name).sort((a, b) => b.msgps - a.msgps);
  const best = Math.max(...part.filter((x) => x.n).map((x) => x.msgps));
  console.log(`\n### ${c.name}`);
  console.log(
    table(
      [
        "sender -> receiver",
        "msg/s",
        "MB/s",
        "x best",
        "srv CPU ms/msg",
        "cli CPU ms/msg",
        "srv peak MB",
        "srv growth MB",
        "cli peak MB",
        "+-%",
        "runs",
      ],
      part.map((x) => [
        `${x.sender} -> ${x.receiver}`,
        x.msgps,
        x.mbps,
        x.msgps / best,
        x.srvCpuMs,
        x.cliCpuMs,
        x.srvPeakMB,
        x.srvGrowthMB,
        x.cliPeakMB,
        x.spread,
        x.n ? String(x.n) + (x.errors ? ` (${x.errors} failed)` : "") : "failed: " + (x.error || "").slice(0, 50),
      ]),
    ),
  );
}
save(o.out, { bench: "session/smtp", args: o, summary, rows: [...rows.values()] });
