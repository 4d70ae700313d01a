// mailwire's IMAP client over sockets.
import { ImapClient } from "@mailwire/imap/client";
import { connect } from "@mailwire/tls";
import { numbers } from "../harness/flow.mjs";

/** Nothing here is secret, and loopback is no network. */
const PLAIN = { allowPlaintext: true };
/** All of a mailbox may be on its way at once. */
const MAX_QUEUED_BYTES = 256 << 20;

const session = {
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
};

async function openImap({ host, port, user, pass, mailbox }) {
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

export default { name: "mailwire-imap", kind: "product", version: "workspace", session };
