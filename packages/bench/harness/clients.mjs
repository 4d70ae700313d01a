import { list } from "./cli.mjs";
import { runClient, HOST } from "./session.mjs";
import { childrenOf, cpuOf } from "./proc.mjs";
import { rng } from "./rng.mjs";
import { median, spread, table } from "./stats.mjs";
import { save } from "./runner.mjs";

export async function sessionRounds(o, dc, cap, port) {
  const r = rng(o.seed);
  const impls = [...list(o.impls), ...list(o.product)];
  const rows = new Map();
  const dead = new Set();
  for (let round = 0; round < o.runs; round++) {
    for (const mode of list(o.modes)) {
      for (const impl of r.shuffle([...impls])) {
        const key = mode + "\u0000" + impl;
        if (dead.has(key)) continue;
        const isBig = mode.startsWith("big");
        const isNoop = mode.startsWith("noop");
        const args = {
          host: HOST,
          port,
          user: isBig ? "big" : "many",
          pass: "pass",
          mailbox: "INBOX",
          mode: cap === "popClient" && isBig ? "seq" : mode,
          count: isNoop ? o.noops : isBig ? 1 : o.count,
        };
        const srv0 = serverCpu(dc.pids);
        const res = await runClient(impl, cap, args, o.timeout);
        const srv = serverCpu(dc.pids) - srv0;
        if (res.skip) {
          dead.add(key);
          continue;
        }
        if (!rows.has(key)) rows.set(key, { mode, impl, samples: [], errors: [] });
        const e = rows.get(key);
        if (res.error) {
          e.errors.push(res.error);
          console.error(`${round + 1}/${o.runs} ${mode} ${impl} ERROR ${res.error}`);
          if (/timeout|exit null/.test(res.error)) dead.add(key);
          continue;
        }
        const want = isBig ? dc.bigSize : dc.total;
        let note = "right";
        if (!isNoop) {
          const d = res.result.bytes - want;
          note =
            res.result.bytes === null
              ? "bytes not counted"
              : res.result.messages !== args.count
                ? `got ${res.result.messages} of ${args.count}`
                : d === 0
                  ? "right"
                  : `${d > 0 ? "+" : ""}${d} bytes`;
        }
        const s = {
          ms: res.ms,
          cpuMs: res.cpuMs,
          peakMB: res.peakMB,
          mbps: isNoop ? NaN : want / 1048576 / (res.ms / 1000),
          ups: args.count / (res.ms / 1000),
          srvCpuMs: srv * 1000,
          note,
          kind: res.kind,
        };
        e.samples.push(s);
        console.error(
          `${round + 1}/${o.runs} ${mode} ${impl} ${s.ms.toFixed(0)} ms cpu ${s.cpuMs.toFixed(0)} ms peak ${s.peakMB.toFixed(0)} MB ${note}`,
        );
      }
    }
  }
  const summary = [];
  for (const { mode, impl, samples, errors } of rows.values()) {
    const row = { mode, impl, n: samples.length, errors: errors.length, error: errors[0], kind: samples[0]?.kind, note: samples[0]?.note };
    for (const k of ["ms", "cpuMs", "peakMB", "mbps", "ups", "srvCpuMs"]) row[k] = median(samples.map((s) => s[k]));
    row.spread = spread(samples.map((s) => s.ms));
    summary.push(row);
  }
  for (const mode of list(o.modes)) {
    const part = summary.filter((x) => x.mode === mode).sort((a, b) => a.ms - b.ms);
    if (!part.length) continue;
    // a peer whose bytes are wrong (dots left in, say) is no measure
    const peers = part.filter((x) => x.n && x.kind === "peer" && /^(right|bytes not counted)$/.test(x.note));
    const best = Math.min(...peers.map((x) => x.ms));
    const bestCpu = Math.min(...peers.map((x) => x.cpuMs));
    console.log(`\n### ${mode}`);
    console.log(
      table(
        ["client", "wall ms", "CPU ms", "peak MB", "MB/s", "per s", "wall: best peer / it", "CPU: best peer / it", "+-%", "result"],
        part.map((x) =>
          x.n
            ? [x.impl, x.ms, x.cpuMs, x.peakMB, x.mbps, x.ups, best / x.ms, bestCpu / x.cpuMs, x.spread, x.note]
            : [x.impl, "failed", "-", "-", "-", "-", "-", "-", "-", (x.error || "").slice(0, 60)],
        ),
      ),
    );
  }
  save(o.out, {
    bench: cap,
    args: o,
    server: { is: dc.version, total: dc.total, count: dc.count, big: dc.bigSize },
    summary,
    rows: [...rows.values()],
  });
}
// user + system time of the server's living processes (sessions that ended are not in it)
function serverCpu(pids) {
  let t = 0;
  for (const pid of pids) {
    t += cpuOf(pid);
    for (const c of childrenOf(pid)) t += cpuOf(c.pid) || 0;
  }
  return t;
}
