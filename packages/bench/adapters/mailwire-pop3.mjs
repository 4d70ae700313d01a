// mailwire's POP3 client over sockets.
import { Pop3Client } from "@mailwire/pop3/client";
import { connect } from "@mailwire/tls";
import { WARM_ROUNDS, lastOf, numbers } from "../harness/flow.mjs";

/** Nothing here is secret, and loopback is no network. */
const PLAIN = { allowPlaintext: true };
/** All of a mailbox may be on its way at once. */
const MAX_QUEUED_BYTES = 256 << 20;

const session = {
  async popClient({ host, port, user, pass, mode, count }) {
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

async function read(body, seen) {
  for await (const chunk of body) seen.bytes += chunk.length;
  seen.messages += 1;
}

export default { name: "mailwire-pop3", kind: "product", version: "workspace", session };
