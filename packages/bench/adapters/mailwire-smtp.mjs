// mailwire's SMTP client and server over sockets.
import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { connect, listen } from "@mailwire/tls";
import { makeMessage } from "../harness/gen.mjs";

/** Nothing here is secret, and loopback is no network. */
const PLAIN = { allowPlaintext: true };

const session = {
  async smtpReceive({ host, port }) {
    let messages = 0;
    let bytes = 0;
    const onMessage = async (_envelope, body) => {
      for await (const chunk of body) bytes += chunk.length;
      messages += 1;
    };
    const options = { hostname: "bench.example", limits: { maxMessageBytes: 1 << 30 }, onMessage };
    const listener = await listen({ host, port, backlog: 4096 }, (transport) => {
      serveSmtp(transport, options);
    });
    return { count: () => ({ messages, bytes }), close: () => listener.close() };
  },

  async smtpSend({ host, port, size, count, connections }) {
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
};

export default { name: "mailwire-smtp", kind: "product", version: "workspace", session };
