// POP3 clients against a private Dovecot.
import { cli } from "../harness/cli.mjs";
import { startDovecot, startAdapterServer } from "../harness/dovecot.mjs";
import { sessionRounds } from "../harness/clients.mjs";
const o = cli({
  runs: 5,
  seed: 1,
  count: 2000,
  size: 10240,
  big: 33554432,
  noops: 1000,
  modes: "seq,seq-pipelined,iterated,big,noop,noop-concurrent,noop-warm",
  impls: "mailwire-pop3,node-pop3,yapople,python,curl,limit-socket",
  product: "",
  server: "",
  out: "results/session-pop3.json",
  timeout: 120000,
});
// --server <adapter>: the same clients against that adapter's own server instead of Dovecot
const mail = { count: o.count, size: o.size, big: o.big };
const dc = o.server ? await startAdapterServer(o.server, mail) : await startDovecot(mail);
try {
  await sessionRounds(o, dc, "popClient", dc.pop3);
} finally {
  await dc.stop();
}
