// mailwire's clients and its SMTP server over sockets. Each process loads what it runs, as the peers' do.
import { connect, listen } from "@mailwire/tls";
import { makeMessage } from "../harness/gen.mjs";
import { WARM_ROUNDS, lastOf } from "../harness/flow.mjs";

/** Nothing here is secret, and loopback is no network. */
const PLAIN = { allowPlaintext: true };
/** All of a mailbox may be on its way at once. */
const MAX_QUEUED_BYTES = 256 << 20;

const session = {
  async smtpReceive({ host, port }) {
    const { serveSmtp } = await import("@mailwire/smtp/server");
    let messages = 0;
    let bytes = 0;
    const onMessage = async (_envelope, body) => {
      for await (const chunk of body) bytes += chunk.length;
      messages += 1;
    };
    const options = { hostname: "bench.example", limits: { maxMessageBytes: 1 << 30 }, onMessage };
    const listener = await listen({ host, port, backlog: 4096 }, (transport) => serveSmtp(transport, options).closed);
    return { count: () => ({ messages, bytes }), close: () => listener.close() };
  },

  async smtpSend({ host, port, size, count, connections }) {
    const { SmtpClient } = await import("@mailwire/smtp/client");
    const body = makeMessage(size);
    const mail = { from: "a@example.com", to: ["b@example.com"], body };
    let left = count;
    const lane = async () => {
      const client = await SmtpClient.open(await connect({ host, port }), { hostname: "bench.example", dataCommand: "eager", ...PLAIN });
      while (left-- > 0) await client.sendMail(mail);
      await client.quit();
    };
    await Promise.all(Array.from({ length: Math.min(connections, count) }, lane));
    return { messages: count };
  },

  async imapClient({ host, port, user, pass, mailbox, mode, count }) {
    const client = await openImap({ host, port, user, pass, mailbox });
    const seen = { messages: 0, bytes: 0 };
    const started = performance.now();
    const fetch = (set) => fetchAll(client, set, seen);
    if (mode === "bulk") await fetch("1:*");
    else if (mode === "seq") for (let number = 1; number <= count; number += 1) await fetch(number);
    else if (mode === "seq-pipelined") await Promise.all(numbers(count).map(fetch));
    else if (mode === "big" || mode === "big-stream") await fetch(1);
    else if (mode === "noop") for (let number = 0; number < count; number += 1) await client.noop();
    else if (mode === "noop-concurrent") await Promise.all(numbers(count).map(() => client.noop()));
    else return null;
    const innerMs = mode.startsWith("noop") ? performance.now() - started : undefined;
    await client.logout();
    return { messages: innerMs === undefined ? seen.messages : count, bytes: seen.bytes, innerMs };
  },

  imapIdle: openImap,

  async popClient({ host, port, user, pass, mode, count }) {
    const { Pop3Client } = await import("@mailwire/pop3/client");
    const client = await Pop3Client.open(await connect({ host, port }), { ...PLAIN, limits: { maxQueuedBytes: MAX_QUEUED_BYTES } });
    await client.login(user, pass);
    const seen = { messages: 0, bytes: 0 };
    const started = performance.now();
    const noops = () => Promise.all(numbers(count).map(() => client.noop()));
    let innerMs;
    if (mode === "seq") for (let number = 1; number <= count; number += 1) await read(client.retr(number), seen);
    else if (mode === "seq-pipelined") await Promise.all(numbers(count).map((number) => read(client.retr(number), seen)));
    else if (mode === "iterated") for await (const { body } of client.messages()) await read(body, seen);
    else if (mode === "noop") for (let number = 0; number < count; number += 1) await client.noop();
    else if (mode === "noop-concurrent") await noops();
    else if (mode === "noop-warm") innerMs = await lastOf(WARM_ROUNDS, noops);
    else return null;
    if (mode.startsWith("noop")) innerMs ??= performance.now() - started;
    await client.quit();
    return { messages: innerMs === undefined ? seen.messages : count, bytes: seen.bytes, innerMs };
  },
};

async function openImap({ host, port, user, pass, mailbox }) {
  const { ImapClient } = await import("@mailwire/imap/client");
  const client = await ImapClient.open(await connect({ host, port }), { ...PLAIN, maxQueuedBytes: MAX_QUEUED_BYTES });
  await client.login(user, pass);
  await client.examine(mailbox);
  return client;
}

async function fetchAll(client, set, seen) {
  for await (const message of client.fetch(set, "BODY.PEEK[]")) {
    for (const { data } of message.data) {
      if (data instanceof Uint8Array) seen.bytes += data.length;
      else for await (const chunk of data) seen.bytes += chunk.length;
    }
    seen.messages += 1;
  }
}

async function read(body, seen) {
  for await (const chunk of body) seen.bytes += chunk.length;
  seen.messages += 1;
}

function numbers(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export default { name: "mailwire-session", kind: "product", version: "workspace", session };
