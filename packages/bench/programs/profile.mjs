// Where the CPU goes: self time by function in the timed part of one codec case.
//   node bench/profile.mjs --bench imap --case flags --impls imapflow,node-imap
import { cli, list } from "../harness/cli.mjs";
import { child, save } from "../harness/runner.mjs";
const o = cli({ bench: "imap", case: "flags", impls: "mailwire", size: 64, chunk: 16384, "min-ms": 2000, top: 14, out: "" });
const all = {};
for (const impl of list(o.impls)) {
  const r = await child(
    "harness/worker.mjs",
    { bench: o.bench, case: o.case, impl, size: o.size, chunk: o.chunk, minMs: o["min-ms"], profile: true, top: o.top },
    { timeout: 300000 },
  );
  all[impl] = r;
  console.log(`\n## ${o.bench} ${o.case} ${impl}${r.error ? " ERROR " + r.error : ""}`);
  for (const [k, p] of r.top || []) console.log(`${String(p).padStart(6)} %  ${k}`);
}
if (o.out) save(o.out, { args: o, all });
