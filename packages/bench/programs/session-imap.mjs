// IMAP clients against a private Dovecot: download many, download one big, latency of NOOP.
import { cli } from "../harness/cli.mjs";
import { startDovecot, startAdapterServer } from "../harness/dovecot.mjs";
import { sessionRounds } from "../harness/clients.mjs";
const o = cli({
  runs: 5,
  seed: 1,
  count: 2000,
  size: 10240,
  big: 104857600,
  noops: 1000,
  modes: "bulk,seq,seq-pipelined,big,big-stream,noop,noop-concurrent",
  impls: "mailwire-imap,imapflow,node-imap,python,curl",
  product: "",
  server: "",
  out: "results/session-imap.json",
  timeout: 120000,
});
// --server <adapter>: the same clients against that adapter's own server instead of Dovecot
const mail = { count: o.count, size: o.size, big: o.big };
const dc = o.server ? await startAdapterServer(o.server, mail) : await startDovecot(mail);
try {
  await sessionRounds(o, dc, "imapClient", dc.imap);
} finally {
  await dc.stop();
}
