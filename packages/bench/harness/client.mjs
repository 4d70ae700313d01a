// Runs one client capability of an adapter in its own process and prints what it cost.
import { loadImpl } from "./load.mjs";
import { memOf, resetPeak } from "./proc.mjs";
const spec = JSON.parse(process.argv[2]);
const a = await loadImpl(spec.impl);
const fn = a.session && a.session[spec.cap];
if (!fn) {
  process.stdout.write(JSON.stringify({ skip: true }) + "\n");
  process.exit(0);
}
global.gc?.();
resetPeak();
const m0 = memOf();
const c0 = process.cpuUsage();
const t0 = process.hrtime.bigint();
const result = await fn(spec.args);
const ms = Number(process.hrtime.bigint() - t0) / 1e6;
const c = process.cpuUsage(c0);
const m1 = memOf();
process.stdout.write(
  JSON.stringify(
    result === null
      ? { skip: true }
      : {
          ms: result.innerMs ?? ms,
          cpuMs: (c.user + c.system) / 1000,
          peakMB: m1.peak,
          growthMB: m1.peak - m0.rss,
          result,
          version: a.version,
          kind: a.kind,
        },
  ) + "\n",
);
process.exit(0);
