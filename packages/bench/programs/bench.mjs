// The short table: every codec row of mailwire beside its best peer, one line each. --codecs, --runs and --out as everywhere.
import { cli, list } from "../harness/cli.mjs";
import { CODECS } from "../harness/codecs.mjs";
import { child, rounds, summarize, save } from "../harness/runner.mjs";
import { table } from "../harness/stats.mjs";

const o = cli({
  runs: 3,
  size: 16,
  chunk: 16384,
  seed: 1,
  codecs: Object.keys(CODECS).join(","),
  out: "results/bench.json",
  timeout: 180000,
});
const lines = [];
const summaries = {};
for (const name of list(o.codecs)) {
  const { bench, metric, short, shortAdapters } = CODECS[name];
  const spec = { bench, size: o.size, chunk: o.chunk };
  const results = await rounds({
    cases: short,
    impls: shortAdapters,
    n: o.runs,
    seed: o.seed,
    run: (c, impl) => child("harness/worker.mjs", { ...spec, case: c, impl }, { timeout: o.timeout }),
  });
  const summary = (summaries[name] = summarize(results, { metric }));
  for (const [c, rows] of Object.entries(summary)) {
    const best = rows.filter((row) => row.kind === "peer" && row.ok).sort((a, b) => b[metric] - a[metric])[0];
    for (const row of rows.filter(({ impl }) => impl.startsWith("mailwire"))) {
      const result = row.error ? row.error.slice(0, 60) : row.ok ? "right" : "WRONG";
      lines.push([`${name} ${c}`, row.impl, row[metric], best?.[metric], best?.impl ?? "-", row.vsBestPeer, result]);
      if (result !== "right") process.exitCode = 1;
    }
  }
}
console.log("MiB (smtp: lines) per second of CPU, median of the rounds\n");
console.log(table(["case", "mailwire", "its figure", "best right peer's", "which is", "ratio", "result"], lines));
save(o.out, { bench: "short", args: o, summaries });
