import { ClientSession } from "@mailwire/pop3/session";
import { Secret } from "@mailwire/wire";
import { expectSameHoweverCut } from "../target.ts";

export const seeds = [
  "+OK POP3 <1.2@a.example>\r\n+OK\r\n+OK\r\n+OK\r\nPIPELINING\r\nUIDL\r\n.\r\n+OK 2 9\r\n+OK\r\n1 4\r\n2 5\r\n.\r\n+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n-ERR [SYS/TEMP] later\r\n",
];

function logIn(session: ClientSession): void {
  session.send({ type: "command", command: { type: "user", name: "a" } });
  session.send({ type: "command", command: { type: "pass", password: new Secret("b") } });
}

function ask(session: ClientSession): void {
  for (const type of ["capa", "stat", "list", "uidl"] as const) session.send({ type: "command", command: { type } });
  for (const message of [1, 2]) session.send({ type: "command", command: { type: "retr", message } });
}

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const session = new ClientSession({ allowPlaintext: true, pipelining: "always", limits: { maxReplyBytes: 100 } });
    for (const chunk of chunks) {
      session.receive(chunk);
      for (let output = session.poll(); output.type !== "need-input"; output = session.poll()) {
        if (output.type === "closed" || output.type === "paused") return;
        if (output.type !== "event") continue;
        const { event } = output;
        yield event;
        if (event.type === "greeting" && event.reply.status === "+OK") logIn(session);
        else if (event.type === "reply" && event.command.type === "pass" && session.state === "transaction") ask(session);
      }
    }
  }, input);
}
