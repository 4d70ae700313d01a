// LMTP, RFC 2033: the client against Dovecot, and Postfix against the server. Each recipient has an answer of its own.

import { join } from "node:path";
import { reply } from "@mailwire/smtp/codec";
import { SmtpClient, SmtpReplyError } from "@mailwire/smtp/client";
import { type Envelope, serveSmtp } from "@mailwire/smtp/server";
import { connect, listen, type Listener } from "@mailwire/tls";
import { concat, latin1, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dovecot, startDovecot } from "../src/dovecot.ts";
import { freePorts } from "../src/free-ports.ts";
import { delivered, messagesIn } from "../src/maildir.ts";
import { startMailSite } from "../src/mail-site.ts";
import { listening } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const message = (subject: string, lines = 1): Uint8Array => utf8(`Subject: ${subject}\r\n\r\n${`..${"x".repeat(76)}\r\n`.repeat(lines)}`);

describe("the client against Dovecot", () => {
  let scratch: string;
  let dovecot: Dovecot;
  let lmtp = 0;

  beforeAll(async () => {
    scratch = await makeScratch();
    [lmtp = 0] = await freePorts(1);
    dovecot = await startDovecot(scratch, settings(lmtp));
    await listening(lmtp);
  });

  afterAll(async () => {
    await dovecot.stop();
    await removeScratch(scratch);
  });

  const open = async (): Promise<SmtpClient> =>
    SmtpClient.open(await connect({ host: "127.0.0.1", port: lmtp }), {
      protocol: "lmtp",
      hostname: "relay.example",
      allowPlaintext: true,
    });
  const maildir = (user: string): string => join(scratch, "home", user, "Maildir");

  test.each(["DATA", "BDAT"] as const)("by %s: every recipient gets it, and says so", async (bodyCommand) => {
    const client = await open();
    expect(client.extensions.has("CHUNKING")).toBe(true);
    const to = ["alice@example.test", "bob@example.test"];
    const { recipients } = await client.sendMail({ from: "a@b.example", to, body: message(`by ${bodyCommand}`), bodyCommand });
    expect(recipients.map(({ status, reply: { code, lines } }) => [status, code, lines.join()])).toEqual([
      ["accepted", 250, expect.stringContaining("<alice@example.test>")],
      ["accepted", 250, expect.stringContaining("<bob@example.test>")],
    ]);
    await client.quit();
    for (const user of ["alice", "bob"]) {
      expect(await delivered(maildir(user), new RegExp(`Subject: by ${bodyCommand}`))).toMatch(/\n\n\.\.x{76}\n$/);
    }
  });

  test("one over quota: the other gets it", async () => {
    const client = await open();
    await client.sendMail({ from: "a@b.example", to: ["alice@example.test"], body: message("fills it", 2_000) });
    const both = { from: "a@b.example", body: message("for one of them", 1_000) };
    const { recipients, reply: first } = await client.sendMail({ ...both, to: ["alice@example.test", "bob@example.test"] });
    expect(first.code).toBe(250);
    expect(recipients.map(({ address, status, reply }) => [address, status, reply.enhancedCode])).toEqual([
      ["alice@example.test", expect.stringMatching(/deferred|refused/), expect.stringMatching(/^[45]\.2\.2$/)],
      ["bob@example.test", "accepted", "2.0.0"],
    ]);
    const alone = client.sendMail({ ...both, to: ["alice@example.test"] });
    await expect(alone).rejects.toBeInstanceOf(SmtpReplyError);
    await client.quit();
    expect(await messagesIn(maildir("alice"))).not.toContainEqual(expect.stringContaining("for one of them"));
    expect(await delivered(maildir("bob"), /for one of them/)).toContain("\n..xx");
  });
});

test("Postfix delivers to the server, and takes each recipient's answer as its own", async () => {
  const taken: { readonly envelope: Envelope; readonly text: string }[] = [];
  const listener: Listener = await listen({ port: 0, host: "127.0.0.1" }, (transport) =>
    serveSmtp(transport, {
      hostname: "lmtp.example",
      protocol: "lmtp",
      onRcpt: ({ path }) => (path.startsWith("unknown@") ? reply(550, "No such user", "5.1.1") : undefined),
      onMessage: async (envelope, body) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of body) chunks.push(chunk.slice());
        taken.push({ envelope, text: latin1(concat(chunks)) });
        return envelope.recipients.map(({ path }) =>
          path.startsWith("full@")
            ? reply(552, "Over quota", "5.2.2")
            : path.startsWith("later@")
              ? reply(452, "Wait", "4.2.2")
              : reply(250, "Kept", "2.1.5"),
        );
      },
    }),
  );
  const route = `relay_domains = lmtp.example\ntransport_maps = inline:{ lmtp.example=lmtp:inet:127.0.0.1:${listener.port} }\nlmtp_destination_recipient_limit = 10\n`;
  const site = await startMailSite(route);
  try {
    const client = await SmtpClient.open(await connect({ host: "127.0.0.1", port: site.postfix.smtp }), { allowPlaintext: true });
    const to = ["unknown", "full", "fine", "later", "too"].map((user) => `${user}@lmtp.example`);
    await client.sendMail({ from: "alice@example.test", to, body: message("by LMTP") });
    await client.quit();
    const log = await site.postfix.logged(/to=<too@.*status/);
    expect(log).toMatch(/to=<unknown@lmtp.example>.* dsn=5\.1\.1, status=bounced .*550 5\.1\.1 .*in reply to RCPT TO/);
    expect(log).toMatch(/to=<full@lmtp.example>.* dsn=5\.2\.2, status=bounced .*552 5\.2\.2 Over quota \(in reply to end of DATA/);
    expect(log).toMatch(/to=<fine@lmtp.example>.* dsn=2\.1\.5, status=sent \(250 2\.1\.5 Kept\)/);
    expect(log).toMatch(/to=<later@lmtp.example>.* dsn=4\.2\.2, status=deferred .*452 4\.2\.2 Wait/);
    expect(log).toMatch(/to=<too@lmtp.example>.* dsn=2\.1\.5, status=sent/);
    expect(taken).toHaveLength(1);
    expect(taken[0]?.envelope.recipients.map(({ path }) => path).sort()).toEqual(to.slice(1).sort());
    expect(taken[0]?.text).toMatch(/\r\nSubject: by LMTP\r\n[^]*\r\n\r\n\.\.x{76}\r\n$/);
    expect(await site.delivered("alice", /Undelivered Mail Returned to Sender/)).toMatch(/<full@lmtp\.example>[^]*Over quota/);
  } finally {
    await site.stop();
    await listener.close();
  }
});

function settings(port: number): string {
  return `
protocols = imap pop3 lmtp
mail_plugins = quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=200K
  quota_grace = 0
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${port}
  }
}
`;
}
