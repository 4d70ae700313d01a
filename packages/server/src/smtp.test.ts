// A real protocol under the server: what a watcher of its window sees of an SMTP session.

import { plainClient, plainServer } from "@mailwire/sasl";
import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { connect } from "@mailwire/tls";
import { transcriptLine } from "@mailwire/transcript";
import { Secret } from "@mailwire/wire";
import { expect, test } from "vitest";
import type { Service } from "./index.ts";
import { MailServer } from "./index.ts";

test("the dialogue of an SMTP session shows as it happens, without its password", async () => {
  const service: Service = {
    protocol: "SMTP",
    serve: (transport, live) => {
      const verify = plainServer(({ user }) => {
        live.identify(user);
        return Promise.resolve(user);
      });
      const { observe, signal } = live;
      return serveSmtp(transport, { hostname: "mx.example", mechanisms: [verify], allowPlaintextAuth: true, observe, signal });
    },
  };
  const server = new MailServer();
  const lines: string[] = [];
  server.sessions.watch(({ session, type }) => {
    if (type === "joined") session.dialogue.subscribe((entry) => lines.push(transcriptLine(entry)));
  });
  const { port } = await server.listen(service, { host: "127.0.0.1", port: 0 });
  const client = await SmtpClient.open(await connect({ host: "127.0.0.1", port, mode: "none" }), {
    hostname: "me.example",
    allowPlaintext: true,
  });
  await client.auth(plainClient({ user: "ann", password: new Secret("geheim") }));
  expect([...server.sessions].map(({ user }) => user)).toEqual(["ann"]);
  await client.quit();
  await server.close();

  const said = lines.filter((line) => line.startsWith("C"));
  expect(said).toEqual(["C: EHLO me.example", "C: AUTH PLAIN *****", "C: QUIT"]);
  expect(lines.join("\n")).not.toContain(btoa("\0ann\0geheim"));
});
