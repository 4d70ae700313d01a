import { createRequire } from "node:module";
import { ImapStream } from "imapflow/lib/handler/imap-stream.js";
import parser from "imapflow/lib/handler/imap-parser.js";
import { ImapFlow } from "imapflow";
import { source, tick, treeDigest } from "../harness/flow.mjs";
const version = createRequire(import.meta.url)("imapflow/package.json").version;
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

// the read loop of ImapFlow.reader(), without its logging and command matching
export async function readResponses(chunks, onResponse) {
  const s = new ImapStream({ logger: quiet });
  await new Promise((resolve, reject) => {
    let reading = false;
    let ended = false;
    const loop = async () => {
      let data;
      let n = 0;
      while ((data = s.read()) !== null) {
        await onResponse(await parser(data.payload, { literals: data.literals, maxResponseTokens: 1e7 }));
        data.next();
        if (++n % 10 === 0) await tick();
      }
    };
    const go = () => {
      if (reading) return;
      reading = true;
      loop()
        .catch(reject)
        .finally(() => {
          reading = false;
          if (s.readableLength > 0) go();
          else if (ended) resolve();
        });
    };
    s.on("readable", go);
    s.on("end", () => {
      ended = true;
      if (!reading) resolve();
    });
    s.on("error", reject);
    source(chunks).pipe(s);
  });
}

export default {
  name: "imapflow",
  kind: "peer",
  version,
  note: "generic token tree per response",
  codec: {
    imapResponses: readResponses,
    imapDigest: treeDigest,
  },
  session: {
    async imapIdle({ host, port, user, pass, mailbox }) {
      const c = new ImapFlow({ host, port, secure: false, doSTARTTLS: false, auth: { user, pass }, logger: false, disableAutoIdle: true });
      await c.connect();
      await c.mailboxOpen(mailbox, { readOnly: true });
      return c;
    },
    async imapClient({ host, port, user, pass, mode, count, mailbox }) {
      const c = new ImapFlow({ host, port, secure: false, doSTARTTLS: false, auth: { user, pass }, logger: false, disableAutoIdle: true });
      await c.connect();
      const lock = await c.getMailboxLock(mailbox, { readOnly: true });
      let messages = 0;
      let bytes = 0;
      let innerMs;
      if (mode === "bulk") {
        for await (const m of c.fetch("1:*", { source: true, uid: true })) {
          messages++;
          bytes += m.source.length;
        }
      } else if (mode === "seq") {
        for (let i = 1; i <= count; i++) {
          const m = await c.fetchOne(String(i), { source: true, uid: true });
          messages++;
          bytes += m.source.length;
        }
      } else if (mode === "big") {
        const m = await c.fetchOne("1", { source: true, uid: true });
        messages = 1;
        bytes = m.source.length;
      } else if (mode === "big-stream") {
        const { content } = await c.download("1", undefined, {});
        for await (const b of content) bytes += b.length;
        messages = 1;
      } else if (mode === "noop") {
        const t = process.hrtime.bigint();
        for (let i = 0; i < count; i++) await c.noop();
        innerMs = Number(process.hrtime.bigint() - t) / 1e6;
        messages = count;
      } else if (mode === "noop-concurrent") {
        const t = process.hrtime.bigint();
        await Promise.all(Array.from({ length: count }, () => c.noop()));
        innerMs = Number(process.hrtime.bigint() - t) / 1e6;
        messages = count;
      } else {
        lock.release();
        await c.logout();
        return null;
      }
      lock.release();
      await c.logout();
      return { messages, bytes, innerMs };
    },
  },
};
