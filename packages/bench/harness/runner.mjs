// Rounds of fresh processes, all implementations within a round before the next one, order shuffled by seed.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./load.mjs";
import { rng } from "./rng.mjs";
import { median, spread, table } from "./stats.mjs";

export function child(file, spec, { timeout = 180000, nodeArgs = [] } = {}) {
  return new Promise((resolve) => {
    const p = spawn(process.execPath, ["--expose-gc", "--no-warnings", ...nodeArgs, path.join(root, file), JSON.stringify(spec)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    p.stdout.on("data", (d) => {
      out += d;
    });
    p.stderr.on("data", (d) => {
      err += d;
    });
    const timer = setTimeout(() => {
      p.kill("SIGKILL");
      err = "timeout " + timeout + " ms";
    }, timeout);
    p.on("close", () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(out.trim().split("\n").pop()));
      } catch {
        resolve({ error: (err || "no output").trim().split("\n").slice(-3).join(" | ").slice(0, 400) });
      }
    });
  });
}
const machine = () => ({
  node: process.version,
  v8: process.versions.v8,
  cpu: os.cpus()[0]?.model,
  cores: os.cpus().length,
  memGB: Math.round(os.totalmem() / 2 ** 30),
  load: os.loadavg().map((x) => +x.toFixed(2)),
  at: new Date().toISOString(),
});

export async function rounds({ cases, impls, n, seed = 1, run, log = true }) {
  const r = rng(seed);
  const results = {};
  const dead = new Set();
  for (let round = 0; round < n; round++) {
    for (const c of cases) {
      for (const i of r.shuffle([...impls])) {
        const key = c + "\u0000" + i;
        if (dead.has(key)) continue;
        const res = await run(c, i, round);
        if (res.skip) {
          dead.add(key);
          continue;
        }
        ((results[c] ||= {})[i] ||= []).push(res);
        if (res.error) dead.add(key);
        if (log)
          process.stderr.write(
            `${round + 1}/${n} ${c} ${i} ${res.error ? "ERROR " + res.error : (res.mbps !== undefined ? res.mbps.toFixed(1) + " MB/s " : "") + (res.ok ? "" : "WRONG " + JSON.stringify(res.seen) + " expected " + JSON.stringify(res.expect))}\n`,
          );
      }
    }
  }
  return results;
}
/** One row per implementation: medians, ratio to the best right peer, ratio to the named limit. */
export function summarize(results, { metric = "mbps", limit = "limit-memcpy", cols = [] } = {}) {
  const out = {};
  for (const [c, by] of Object.entries(results)) {
    const rows = [];
    for (const [impl, samples] of Object.entries(by)) {
      const good = samples.filter((s) => !s.error);
      if (!good.length) {
        rows.push({ impl, error: samples[0].error, kind: "?" });
        continue;
      }
      const row = {
        impl,
        kind: good[0].kind,
        n: good.length,
        ok: good.every((s) => s.ok),
        spread: spread(good.map((s) => s[metric])),
        version: good[0].version,
      };
      for (const k of [metric, ...cols]) row[k] = median(good.map((s) => s[k]).filter((v) => v !== undefined && v !== null));
      rows.push(row);
    }
    const peers = rows.filter((x) => x.kind === "peer" && x.ok && !x.error);
    const best = Math.max(...peers.map((x) => x[metric]));
    const lim = rows.find((x) => x.impl === limit)?.[metric];
    for (const x of rows) {
      if (x.error) continue;
      x.vsBestPeer = peers.length ? x[metric] / best : NaN;
      x.vsLimit = lim ? x[metric] / lim : NaN;
    }
    const rank = { limit: 0, product: 1, peer: 2 };
    rows.sort((a, b) => (rank[a.kind] ?? 9) - (rank[b.kind] ?? 9) || (b[metric] || 0) - (a[metric] || 0));
    out[c] = rows;
  }
  return out;
}
export function show(summary, metric, cols) {
  for (const [c, rows] of Object.entries(summary)) {
    console.log(`\n### ${c}`);
    console.log(
      table(
        ["implementation", metric, ...cols, "x best peer", "x limit", "+-%", "result"],
        rows.map((x) =>
          x.error
            ? [x.impl, "failed", ...cols.map(() => "-"), "-", "-", "-", x.error.slice(0, 60)]
            : [
                x.impl,
                x[metric],
                ...cols.map((k) => x[k]),
                x.vsBestPeer,
                x.vsLimit,
                x.spread,
                x.kind === "limit" ? "" : x.ok ? "right" : "WRONG",
              ],
        ),
      ),
    );
  }
}
export function save(file, data) {
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ machine: machine(), ...data }, null, 1));
  console.error("written " + file);
}
