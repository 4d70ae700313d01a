// The flags of the reference SMTP client, as a server sees them.

import { type Envelope, serveSmtp, type SmtpServerOptions } from "@mailwire/smtp/server";
import { listen, type Listener } from "@mailwire/tls";
import { latin1 } from "@mailwire/wire";
import { afterEach, expect, test } from "vitest";
import { exampleCommand, ROOT } from "../src/example.ts";
import { type Ended, run } from "../src/program.ts";

let listener: Listener;
const taken: { envelope: Envelope; text: string }[] = [];
const verbs: string[] = [];

afterEach(async () => {
  await listener.close();
  taken.length = verbs.length = 0;
});

/** Runs it against a server that offers these extensions. */
async function send(offered: readonly string[], ...flags: string[]): Promise<Ended> {
  const options: SmtpServerOptions = {
    hostname: "mx.example",
    extensions: offered.map((keyword) => ({ keyword, parameters: [] })),
    onCommand: ({ command }) => void verbs.push(command.verb),
    onMessage: async (envelope, body) => void taken.push({ envelope, text: latin1(await body.bytes()) }),
  };
  listener = await listen({ host: "127.0.0.1", port: 0 }, (transport) => serveSmtp(transport, options));
  const where = ["--host", "127.0.0.1", "--port", String(listener.port), "--tls", "none", "--from", "a@b.example", "--to", "c@d.example"];
  return run([...exampleCommand("smtp-client"), ...where, ...flags], { cwd: ROOT, input: "Subject: hi\n\n.dot\n" });
}

test("--dsn, --ret and --envid ask for reports", async () => {
  expect(await send(["DSN"], "--dsn", "success,delay", "--ret", "hdrs", "--envid", "id 1")).toMatchObject({ code: 0, stderr: "" });
  expect(taken[0]?.envelope).toMatchObject({
    mail: { ret: "HDRS", envid: "id 1" },
    recipients: [{ rcpt: { notify: ["SUCCESS", "DELAY"] } }],
  });
});

test("--dsn never asks for none", async () => {
  expect(await send(["DSN"], "--dsn", "never")).toMatchObject({ code: 0 });
  expect(taken[0]?.envelope.recipients).toMatchObject([{ rcpt: { notify: [] } }]);
});

test("reports that the server cannot promise are not asked for in vain", async () => {
  const { code, stderr } = await send([], "--dsn", "failure");
  expect(stderr).toMatch(/^ProtocolError: the mail needs DSN, which the server does not offer\n$/);
  expect(code).toBe(1);
  expect(verbs).toEqual(["EHLO", "QUIT"]);
});

test.each([
  [["CHUNKING"], ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"]],
  [[], ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]],
])("--bdat where the server offers %j", async (offered, expected) => {
  expect(await send(offered, "--bdat")).toMatchObject({ code: 0 });
  expect(verbs).toEqual(expected);
  expect(taken[0]?.text).toBe("Subject: hi\r\n\r\n.dot\r\n");
});

test.each([["--dsn", "sometimes"], ["--ret", "all"], ["--tls", "perhaps"], ["--port", "x"], ["--nonsense"]])(
  "%s %s is misuse",
  async (...flags) => {
    expect(await send([], ...flags)).toMatchObject({ code: 2, stdout: "" });
  },
);
