// nodemailer as it is used: DataStream as a stream, SMTPConnection's reply queue with its setImmediate per reply.
import { createRequire } from "node:module";
import DataStream from "nodemailer/lib/smtp-connection/data-stream.js";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import nodemailer from "nodemailer";
import { feed } from "../harness/flow.mjs";
import { makeMessage } from "../harness/gen.mjs";
import { once } from "node:events";
const version = createRequire(import.meta.url)("nodemailer/package.json").version;

export default {
  name: "nodemailer",
  kind: "peer",
  version,
  note: "normalizes bare CR/LF while stuffing",
  codec: {
    async dotEncode(chunks, sink) {
      const s = new DataStream();
      s.on("data", sink);
      const end = once(s, "end");
      await feed(s, chunks);
      await end;
    },
    async smtpReplies(chunks, onReply) {
      const c = new SMTPConnection({ host: "127.0.0.1", logger: false });
      c._socket = { destroyed: false };
      const act = (str) => onReply(+str.slice(0, 3), str);
      c._responseActions = { shift: () => act, push() {}, length: 1 };
      for (const chunk of chunks) {
        c._onData(chunk);
        while (c._responseQueue.length && !c._responsePartial) await new Promise(setImmediate);
      }
    },
  },
  session: {
    // pooled transport, raw messages
    async smtpSend({ host, port, size, count, connections }) {
      const t = nodemailer.createTransport({
        pool: true,
        host,
        port,
        secure: false,
        ignoreTLS: true,
        maxConnections: connections,
        maxMessages: Infinity,
        name: "bench.example",
      });
      const raw = makeMessage(size);
      const envelope = { from: "a@example.com", to: ["b@example.com"] };
      let left = count;
      const lane = async () => {
        while (left-- > 0) await t.sendMail({ envelope, raw });
      };
      await Promise.all(Array.from({ length: Math.min(connections, count) }, lane));
      t.close();
      return { messages: count };
    },
  },
};
