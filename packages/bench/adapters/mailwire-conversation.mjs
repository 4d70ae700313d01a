// Whole conversations in memory: with mailwire's SMTP server (sessions, rules, handlers, replies), and of its POP3 client (commands, promises, bodies).
import { Pop3Client } from "@mailwire/pop3/client";
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

const LOGIN = ["+OK ready\r\n", "+OK\r\nPIPELINING\r\n.\r\n", "+OK\r\n", "+OK\r\n"].map((text) => Buffer.from(text));

/** Gives the greeting, an answer for each of the first three commands, and the chunks once `count` more were said. */
function answering(chunks, count) {
  const script = [...LOGIN, ...chunks];
  let given = 0;
  let lines = 0;
  let resume = () => {};
  return {
    info: { secure: true },
    async read() {
      const needed = Math.min(given, LOGIN.length - 1) + (given < LOGIN.length ? 0 : count);
      while (lines < needed) {
        await new Promise((resolve) => {
          resume = resolve;
        });
      }
      return given < script.length ? script[given++] : null;
    },
    write(said) {
      for (const chunk of said) for (const byte of chunk) if (byte === 10) lines += 1;
      resume();
    },
    async end() {},
    abort() {},
  };
}

/** A POP3 client that is logged in, and about to say `count` commands at once. */
async function popClient(chunks, count) {
  const client = await Pop3Client.open(answering(chunks, count), { limits: { maxPipelinedCommands: Infinity } });
  await client.login("user", "pass");
  return client;
}

async function lengthOf(body) {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
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
    async popMessages(chunks, count, onMessage) {
      const client = await popClient(chunks, count);
      await Promise.all(Array.from({ length: count }, async (_, index) => onMessage(await lengthOf(client.retr(index + 1)))));
      client.abort();
    },
    async popReplies(chunks, count, onReply) {
      const client = await popClient(chunks, count);
      await Promise.all(Array.from({ length: count }, () => client.noop().then(onReply)));
      client.abort();
    },
  },
};
