import { createRequire } from "node:module";
import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import { SMTPStream } from "smtp-server/lib/smtp-stream.js";
import { feed } from "../harness/flow.mjs";
const version = createRequire(import.meta.url)("smtp-server/package.json").version;

export default {
  name: "smtp-server",
  kind: "peer",
  version,
  codec: {
    async dotDecode(chunks, sink) {
      const s = new SMTPStream();
      const out = s.startDataMode();
      out.on("data", sink);
      const end = once(out, "end");
      out.on("end", () => s.continue());
      s.oncommand = (_c, cb) => cb && cb();
      await feed(s, chunks);
      await end;
    },
    // lines only: the stream parser with a handler that answers at once
    async smtpCommands(chunks, onCommand) {
      const s = new SMTPStream();
      s.oncommand = (line, cb) => {
        const str = line.toString();
        const sp = str.indexOf(" ");
        onCommand(sp < 0 ? str : str.slice(0, sp), str);
        cb && cb();
      };
      const fin = once(s, "finish");
      await feed(s, chunks);
      await fin;
    },
  },
  session: {
    async smtpReceive({ host, port }) {
      let messages = 0;
      let bytes = 0;
      const server = new SMTPServer({
        disabledCommands: ["AUTH", "STARTTLS"],
        authOptional: true,
        disableReverseLookup: true,
        logger: false,
        size: 1 << 30,
        maxClients: Infinity,
        socketTimeout: 600000,
        onData(stream, _session, cb) {
          stream.on("data", (c) => {
            bytes += c.length;
          });
          stream.on("end", () => {
            messages++;
            cb(null, "ok");
          });
        },
      });
      server.on("error", () => {});
      await new Promise((r) => server.listen({ port, host, backlog: 4096 }, r));
      return { count: () => ({ messages, bytes }), close: () => new Promise((r) => server.close(r)) };
    },
  },
};
