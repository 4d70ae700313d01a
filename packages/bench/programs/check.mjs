// Untimed: does every adapter give byte for byte the right output, at many chunk sizes? Exit 1 when the product does not.
import { cli, list } from "../harness/cli.mjs";
import { loadImpl } from "../harness/load.mjs";
import { prepare, drive } from "../harness/cases.mjs";
import { ALL } from "../harness/codecs.mjs";
const o = cli({ impls: ALL.join(","), product: "" });
const impls = [...list(o.impls), ...(o.product ? [o.product] : [])];
let bad = 0;
const timeLimit = (p, ms) =>
  Promise.race([p, new Promise((_, j) => setTimeout(() => j(new Error("no end within " + ms + " ms")), ms).unref())]);
for (const impl of impls) {
  let a;
  try {
    a = await loadImpl(impl);
  } catch (e) {
    console.log(`${impl}: not loaded (${e.message.split("\n")[0]})`);
    continue;
  }
  if (!a.codec || a.kind === "limit") continue;
  const say = {};
  const specs = [];
  for (const dir of ["enc", "dec"])
    for (const k of ["mixed", "dots", "oneline"])
      for (const ch of [1, 2, 3, 5, 7, 64, 1000, 16384, 65536]) specs.push({ bench: "dotstuff", case: `${dir}:${k}:${ch}`, size: 0.1 });
  for (const k of ["flags", "envelopes", "headers", "literal", "search", "esearch"])
    for (const ch of [1, 7, 100, 1000, 16384]) specs.push({ bench: "imap", case: k, chunk: ch, size: 1, scale: 0.002 });
  for (const c of [
    "replies:1",
    "replies:7",
    "replies:16384",
    "replies:each",
    "commands:1",
    "commands:7",
    "commands:16384",
    "commands:each",
  ])
    specs.push({ bench: "smtp", case: c, scale: 0.005 });
  for (const k of ["messages", "noops"])
    for (const ch of [1, 7, 1000, 65536]) specs.push({ bench: "pop3", case: `${k}:${ch}`, scale: 0.02 });
  for (const spec of specs) {
    const data = prepare(spec, spec.scale ?? 1);
    if (!a.codec[data.op]) continue;
    const what =
      spec.bench === "imap"
        ? `imap ${spec.case}`
        : spec.case
            .split(":")
            .slice(0, spec.bench === "dotstuff" ? 2 : 1)
            .join(" ");
    const at = spec.bench === "imap" ? spec.chunk : spec.case.split(":").pop();
    say[what] ||= { right: [], wrong: [] };
    let right = false;
    try {
      const r = await timeLimit(Promise.resolve(drive(a, data, true)), 10000);
      right = r.ok && (!r.out || r.out.equals(data.out));
    } catch (e) {
      right = false;
      say[what].error = e.message.slice(0, 80);
    }
    say[what][right ? "right" : "wrong"].push(at);
  }
  for (const [w, s] of Object.entries(say)) {
    if (s.wrong.length) bad += a.kind === "product" ? 1 : 0;
    console.log(
      `${impl}: ${w}: ${s.wrong.length ? "WRONG at chunk " + s.wrong.join(",") + (s.right.length ? " (right at " + s.right.join(",") + ")" : "") + (s.error ? " " + s.error : "") : "right"}`,
    );
  }
}
process.exit(bad ? 1 : 0);
