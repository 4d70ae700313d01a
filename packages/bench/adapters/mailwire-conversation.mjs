// A whole conversation with mailwire's SMTP server in memory: sessions, rules, handlers, replies.
import { serveSmtp } from "@mailwire/smtp/server";

/** Gives the chunks as fast as they are read, then QUIT; what the server says goes nowhere. */
function scripted(chunks) {
  const script = chunks[Symbol.iterator]();
  let quit = Buffer.from("QUIT\r\n");
  return {
    info: { secure: true },
    async read() {
      const next = script.next();
      if (!next.done) return next.value;
      const last = quit;
      quit = null;
      return last;
    },
    write() {},
    async end() {},
    abort() {},
  };
}

export default {
  name: "mailwire-conversation",
  kind: "product",
  version: "workspace",
  codec: {
    async smtpCommands(chunks, onCommand) {
      const options = {
        hostname: "bench.example",
        limits: { maxJunkCommands: Infinity },
        onCommand: ({ command }) => {
          if (command.verb !== "QUIT") onCommand(command.verb, command);
        },
      };
      await serveSmtp(scripted(chunks), options).closed;
    },
  },
};
