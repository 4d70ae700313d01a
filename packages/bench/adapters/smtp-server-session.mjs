// A whole smtp-server session over an in-memory duplex: parsing, address validation, replies.
import { createRequire } from "node:module";
import { Duplex } from "node:stream";
import { SMTPServer } from "smtp-server";
const version = createRequire(import.meta.url)("smtp-server/package.json").version;
export default {
  name: "smtp-server-session",
  kind: "peer",
  version,
  codec: {
    smtpCommands(chunks, onCommand) {
      return new Promise((resolve, reject) => {
        const server = new SMTPServer({
          disabledCommands: ["AUTH", "STARTTLS"],
          authOptional: true,
          disableReverseLookup: true,
          logger: false,
          onMailFrom(a, _s, cb) {
            onCommand("MAIL", a);
            cb();
          },
          onRcptTo(a, _s, cb) {
            onCommand("RCPT", a);
            cb();
          },
        });
        server.on("error", reject);
        const it = chunks[Symbol.iterator]();
        let greeted = false;
        let waiting = false;
        const sock = new Duplex({
          read() {
            if (!greeted) return void (waiting = true);
            const n = it.next();
            if (n.done) return;
            this.push(n.value);
          },
          write(chunk, _e, cb) {
            if (!greeted) {
              greeted = true;
              if (waiting) setImmediate(() => sock._read());
            } else {
              // replies: RSET and EHLO are seen only through them
              const s = chunk.latin1Slice(0, chunk.length);
              if (s.includes("Flushed")) onCommand("RSET", null);
              if (s.startsWith("250-") || s.includes("Nice to meet you")) onCommand("EHLO", null);
              if (s.startsWith("221")) resolve();
            }
            cb();
          },
          final(cb) {
            cb();
          },
        });
        Object.defineProperty(sock, "readyState", { value: "open" });
        sock.remoteAddress = "127.0.0.1";
        sock.remotePort = 4000;
        sock.localAddress = "127.0.0.1";
        sock.localPort = 25;
        sock.setTimeout = () => sock;
        sock.setKeepAlive = () => sock;
        sock.setNoDelay = () => sock;
        // ends the session: the harness' commands have no QUIT
        const quit = Buffer.from("QUIT\r\n");
        const orig = it.next.bind(it);
        let quitSent = false;
        it.next = () => {
          const n = orig();
          if (!n.done) return n;
          if (quitSent) return n;
          quitSent = true;
          return { done: false, value: quit };
        };
        server.connect(sock, { id: "x", localAddress: "127.0.0.1", localPort: 25, remoteAddress: "127.0.0.1", remotePort: 4000 });
        // the package greets after 100 ms (early talkers) on an unref'd timer: keep the loop alive meanwhile
        setTimeout(() => {}, 200);
      });
    },
  },
};
