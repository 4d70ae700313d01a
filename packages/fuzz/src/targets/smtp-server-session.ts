import { reply } from "@mailwire/smtp/codec";
import { ServerSession, type ServerEvent } from "@mailwire/smtp/session";
import { expectSameHoweverCut } from "../target.ts";

export const seeds = [
  "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n",
  "EHLO a\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<c@d>\r\nBDAT 3\r\nabcBDAT 2 LAST\r\nde",
  "EHLO a\r\nAUTH X\r\nYQ==\r\n*\r\nSTARTTLS\r\nRSET\r\n",
];

const ANSWERS: Partial<Record<string, number>> = { DATA: 354, QUIT: 221, STARTTLS: 220, HELP: 214, VRFY: 252, EXPN: 252 };

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const session = new ServerSession({ secure: true, limits: { maxMessageBytes: 100, maxErrors: 20, maxCommandLineBytes: 200 } });
    session.send({ type: "reply", reply: reply(220, "ready") });
    for (const chunk of chunks) {
      session.receive(chunk);
      for (let output = session.poll(); output.type !== "need-input"; output = session.poll()) {
        if (output.type === "closed" || output.type === "start-tls") return;
        if (output.type !== "event") continue;
        const { event } = output;
        // Of a message that is refused more or less may have been given; of one that is taken `end-of-data` tells the size.
        if (event.type === "data") continue;
        if (event.type === "command") yield { type: event.received.command.verb, refusal: event.refusal };
        // How far a refused message was measured is nobody's business either.
        else if (event.type === "end-of-data" && event.refusal !== undefined) yield { type: "refused", refusal: event.refusal };
        else yield event;
        answer(session, event);
      }
    }
  }, input);
}

/** Grants what can be granted, but no authentication. */
function answer(session: ServerSession, event: ServerEvent): void {
  switch (event.type) {
    case "data":
    case "tls":
      return;
    case "command": {
      const { received, refusal } = event;
      const { verb } = received.command;
      if (verb === "BDAT" && refusal === undefined) session.send({ type: "take-chunk" });
      else if (verb === "AUTH" && refusal === undefined) session.send({ type: "auth-challenge", data: new Uint8Array() });
      else session.send({ type: "reply", reply: refusal ?? reply(ANSWERS[verb] ?? 250, "ok") });
      return;
    }
    case "auth-response":
      session.send({ type: "reply", reply: reply(535, "no") });
      return;
    case "auth-cancel":
    case "end-of-chunk":
    case "end-of-data":
      session.send({ type: "reply", reply: event.refusal ?? reply(250, "ok") });
  }
}
