// An SMTP server with one hole, to see that the runner finds it.

import type { ServedConnection } from "@mailwire/transport";
import { octets } from "../src/octets.ts";
import type { Asked, ServerCourse, ServerPlan } from "../src/server-course.ts";
import { Lines } from "./lines.ts";

/** What a server does wrong. */
export type ServerHole =
  | "none"
  /** What came behind STARTTLS is executed inside TLS. */
  | "keeps what it read"
  /** A transaction goes on inside TLS. */
  | "keeps the transaction"
  /** Logins in clear, which nobody allowed. */
  | "takes logins in clear"
  | "offers STARTTLS inside TLS"
  /** Goes on in clear where the handshake fails. */
  | "never hangs up"
  | "ends whatever happens";

/** The server. */
export function carelessServer(hole: ServerHole): ServerCourse {
  return (transport, plan, asked) => {
    const closed = serve(hole, new Lines(transport), plan, asked).then(
      () => ({ reason: "done" as const }),
      (error: unknown) => ({ reason: "transport" as const, error: error instanceof Error ? error : new Error(String(error)) }),
    );
    const connection: ServedConnection = { closed, close: () => undefined, abort: () => transport.abort() };
    return connection;
  };
}

async function serve(hole: ServerHole, lines: Lines, plan: ServerPlan, asked: Asked): Promise<void> {
  let secure: "clear" | "tls" = "clear";
  let introduced = "nobody";
  let sender = "";
  await lines.say("220 mx.example");
  for (;;) {
    const line = await lines.line().catch(() => "QUIT");
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? "";
    if (verb === "EHLO") {
      introduced = line;
      const offersTls = secure === "clear" || hole === "offers STARTTLS inside TLS";
      await lines.say(offersTls ? "250-mx.example\r\n250 STARTTLS" : "250 mx.example");
    } else if (verb === "AUTH" && (hole === "takes logins in clear" || secure === "tls")) {
      asked.logins.push({ user: "tim", way: secure });
      await lines.say("235 welcome");
    } else if (verb === "MAIL" && introduced !== "nobody") {
      sender = line;
      await lines.say("250 ok");
    } else if (verb === "RCPT" && sender !== "") await lines.say("250 ok");
    else if (verb === "NOOP") await lines.say("250 ok");
    else if (verb === "STARTTLS" && secure === "clear") {
      if (hole === "ends whatever happens") return lines.transport.end();
      if (hole !== "keeps what it read") {
        if (lines.unread !== "") {
          lines.transport.abort();
          return;
        }
      }
      if (hole === "never hangs up") {
        await lines.say("220 go");
        continue;
      }
      await lines.startTls({ side: "server", reply: octets("220 go\r\n"), tls: plan.tls });
      secure = "tls";
      if (hole !== "keeps the transaction") introduced = sender = "";
      if (introduced === "") introduced = "nobody";
    } else if (verb === "QUIT") return lines.transport.end();
    else await lines.say("503 no");
  }
}
