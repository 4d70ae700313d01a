// n logged-in idle clients of one adapter (session.imapIdle) in this process; reports what they hold after gc.
import { loadImpl } from "./load.mjs";
import { memOf } from "./proc.mjs";
const spec = JSON.parse(process.argv[2]);
const a = await loadImpl(spec.impl);
if (!a.session?.imapIdle) {
  process.send({ skip: true });
} else {
  const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
  const args = { host: spec.host, port: spec.port, user: "many", pass: "pass", mailbox: "INBOX" };
  const keep = [];
  for (let i = 0; i < 20; i++) keep.push(await a.session.imapIdle(args));
  global.gc();
  await sleep(300);
  global.gc();
  const m0 = memOf().rss;
  for (let i = 0; i < spec.n; i += 20) keep.push(...(await Promise.all(Array.from({ length: 20 }, () => a.session.imapIdle(args)))));
  await sleep(300);
  global.gc();
  await sleep(300);
  global.gc();
  process.send({ n: spec.n, mb: memOf().rss - m0, kind: a.kind });
  setInterval(() => keep.length, 1000);
}
