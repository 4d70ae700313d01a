// mailwire's server session alone, answered at once: bytes in, replies out, no promise.
import { reply } from "@mailwire/smtp/codec";
import { ServerSession } from "@mailwire/smtp/session";

const OK = reply(250, "2.0.0 Ok");
const READY = reply(220, "bench.example ESMTP ready");

export default {
  name: "mailwire-server-session",
  kind: "product",
  version: "workspace",
  codec: {
    smtpCommands(chunks, onCommand) {
      const session = new ServerSession({ secure: true, limits: { maxJunkCommands: Infinity } });
      let sent = 0;
      const turn = () => {
        for (;;) {
          const output = session.poll();
          if (output.type === "event") {
            const { received, refusal } = output.event;
            onCommand(received.command.verb, received.command);
            session.send({ type: "reply", reply: refusal ?? OK });
          } else if (output.type === "transmit") for (const chunk of output.chunks) sent += chunk.length;
          else return;
        }
      };
      session.send({ type: "reply", reply: READY });
      turn();
      for (const chunk of chunks) {
        session.receive(chunk);
        turn();
      }
    },
  },
};
