// One codec in full: all cases, all peers, and the bounds. --codec dot-stuffing, imap or smtp.
import { cli, list } from "../harness/cli.mjs";
import { CODECS } from "../harness/codecs.mjs";
import { child, rounds, summarize, show, save } from "../harness/runner.mjs";

const o = cli({
  codec: "dot-stuffing",
  runs: 5,
  metric: "",
  size: 64,
  chunk: 16384,
  seed: 1,
  cases: "",
  impls: "",
  product: "",
  out: "",
  timeout: 180000,
});
const codec = CODECS[o.codec];
if (!codec) {
  console.error(`--codec is one of ${Object.keys(CODECS).join(", ")}`);
  process.exit(2);
}
const metric = o.metric || codec.metric;
const spec = { bench: codec.bench, size: o.size, chunk: o.chunk };
const impls = o.impls ? list(o.impls) : [...codec.limits, ...codec.adapters.filter((name) => name !== "node-pop3" && name !== "yapople")];
const results = await rounds({
  cases: o.cases ? list(o.cases) : codec.cases,
  impls: [...impls, ...list(o.product)],
  n: o.runs,
  seed: o.seed,
  run: (c, impl) => child("harness/worker.mjs", { ...spec, case: c, impl }, { timeout: o.timeout }),
});
const summary = summarize(results, { metric, limit: codec.limit, cols: ["mbps", "ups", "mbpcpu", "upcpu", "cpuMs", "peakMB"] });
show(summary, metric, ["mbps", "ups", "peakMB"]);
save(o.out || `results/codec-${o.codec}.json`, { bench: `codec/${o.codec}`, args: o, summary, results });
