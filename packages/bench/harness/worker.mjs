// One sample in one fresh process: load adapter, make data, warm up, collect garbage, time one run, print JSON.
import { loadImpl } from "./load.mjs";
import { prepare, drive } from "./cases.mjs";
import { memOf, resetPeak } from "./proc.mjs";
const spec = JSON.parse(process.argv[2]);
const adapter = await loadImpl(spec.impl);
const warm = prepare(spec, spec.warm ?? 0.125);
if (!adapter.codec || !adapter.codec[warm.op]) {
  process.stdout.write(JSON.stringify({ skip: true }) + "\n");
  process.exit(0);
}
for (let i = 0; i < (spec.warmRuns ?? 2); i++) await drive(adapter, warm);
const data = prepare(spec, 1);
let profiler = null;
if (spec.profile) {
  // only the timed part: not the making of the data
  const { Session } = await import("node:inspector/promises");
  profiler = new Session();
  profiler.connect();
  await profiler.post("Profiler.enable");
  await profiler.post("Profiler.setSamplingInterval", { interval: 200 });
  await profiler.post("Profiler.start");
}
global.gc?.();
global.gc?.();
await new Promise((r) => setTimeout(r, 20));
resetPeak();
const m0 = memOf();
const c0 = process.cpuUsage();
const t0 = process.hrtime.bigint();
let res = await drive(adapter, data);
const m1 = memOf(); // the peak of the first timed run
let ms = Number(process.hrtime.bigint() - t0) / 1e6;
let reps = 1;
// Short runs are repeated so that one sample is at least minMs of CPU time: by the clock a busy machine would time little but the compiler.
const spentMs = () => {
  const { user, system } = process.cpuUsage(c0);
  return (user + system) / 1000;
};
while (spentMs() < (spec.minMs ?? 400)) {
  const again = await drive(adapter, data);
  if (!again.ok) res = again;
  reps++;
  ms = Number(process.hrtime.bigint() - t0) / 1e6;
}
const cpuMs = spentMs() / reps;
ms /= reps;
let top;
if (profiler) {
  const { profile } = await profiler.post("Profiler.stop");
  const self = new Map();
  const byId = new Map(profile.nodes.map((n) => [n.id, n]));
  let total = 0;
  for (let i = 0; i < profile.samples.length; i++) {
    const f = byId.get(profile.samples[i]).callFrame;
    if (f.functionName === "(idle)" || f.functionName === "(root)") continue;
    const dt = profile.timeDeltas[i];
    const where = f.url ? f.url.replace(/^.*node_modules\//, "").replace(/^.*\/(impl|lib|vendor)\//, "$1/") + ":" + (f.lineNumber + 1) : "";
    const k = `${f.functionName || "(anonymous)"} ${where}`.trim();
    self.set(k, (self.get(k) || 0) + dt);
    total += dt;
  }
  top = [...self]
    .sort((a, b) => b[1] - a[1])
    .slice(0, spec.top ?? 14)
    .map(([k, v]) => [k, +((v / total) * 100).toFixed(1)]);
}
process.stdout.write(
  JSON.stringify({
    ms,
    cpuMs,
    reps,
    mbpcpu: data.bytes / 1048576 / (cpuMs / 1000),
    upcpu: data.units / (cpuMs / 1000),
    mbps: data.bytes / 1048576 / (ms / 1000),
    ups: data.units / (ms / 1000),
    unit: data.unit,
    peakMB: m1.peak - m0.rss,
    top,
    ok: res.ok,
    seen: res.ok ? undefined : res.seen,
    expect: res.ok ? undefined : data.expect || { bytes: data.expectBytes },
    version: adapter.version,
    kind: adapter.kind,
  }) + "\n",
);
process.exit(0);
