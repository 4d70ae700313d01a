import { plainClient, plainServer } from "@mailwire/sasl";
import { memoryPair } from "@mailwire/transport";
import { utf8 } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { attend, MAIL, meet, Person } from "../../test/meeting.ts";
import { type Mail, SmtpClient } from "../client.ts";
import { type Extension, type MailParameters, type RcptParameters, reply } from "../codec/index.ts";
import type { SmtpServerOptions } from "../server.ts";

function offering(...lines: string[]): readonly Extension[] {
  return lines.map((line) => {
    const [keyword = "", ...parameters] = line.split(" ");
    return { keyword, parameters };
  });
}

const EVERYTHING = offering(
  ...["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME", "DSN", "DELIVERBY 240", "MT-PRIORITY"],
  ...["FUTURERELEASE 86400 2099-01-01T00:00:00Z", "REQUIRETLS", "NO-SOLICITING"],
);

describe.each([
  ["whole", undefined],
  ["byte by byte", () => 1],
] as const)("what is said arrives, %s:", (_, chunkSizes) => {
  const cut = chunkSizes === undefined ? {} : { chunkSizes };

  test.each<[string, Partial<Mail>, MailParameters, RcptParameters, string]>([
    [
      "DSN",
      {
        ret: "HDRS",
        envid: "QQ 314159",
        to: [{ address: "b@example.com", notify: ["SUCCESS", "DELAY"], orcpt: { addressType: "rfc822", address: "bob+x@example.net" } }],
      },
      { ret: "HDRS", envid: "QQ 314159" },
      { notify: ["SUCCESS", "DELAY"], orcpt: { addressType: "rfc822", address: "bob+x@example.net" } },
      "MAIL FROM:<a@example.org> SIZE=21 RET=HDRS ENVID=QQ+20314159\r\n" +
        "RCPT TO:<b@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Bx@example.net\r\n",
    ],
    [
      "no report at all",
      { to: [{ address: "b@example.com", notify: [] }] },
      {},
      { notify: [] },
      "MAIL FROM:<a@example.org> SIZE=21\r\nRCPT TO:<b@example.com> NOTIFY=NEVER\r\n",
    ],
    [
      "DELIVERBY",
      { by: { seconds: 300, mode: "R" } },
      { by: { seconds: 300, mode: "R" } },
      {},
      "MAIL FROM:<a@example.org> SIZE=21 BY=300;R\r\n",
    ],
    ["MT-PRIORITY", { mtPriority: -3 }, { mtPriority: -3 }, {}, "MAIL FROM:<a@example.org> SIZE=21 MT-PRIORITY=-3\r\n"],
    ["FUTURERELEASE for", { holdForSeconds: 60 }, { holdForSeconds: 60 }, {}, "MAIL FROM:<a@example.org> SIZE=21 HOLDFOR=60\r\n"],
    [
      "FUTURERELEASE until",
      { holdUntil: "2098-01-01T00:00:00Z" },
      { holdUntil: "2098-01-01T00:00:00Z" },
      {},
      "MAIL FROM:<a@example.org> SIZE=21 HOLDUNTIL=2098-01-01T00:00:00Z\r\n",
    ],
    ["REQUIRETLS", { requiretls: true }, { requiretls: true }, {}, "MAIL FROM:<a@example.org> SIZE=21 REQUIRETLS\r\n"],
    [
      "SOLICIT",
      { solicit: ["org.example:ADV"] },
      { solicit: ["org.example:ADV"] },
      {},
      "MAIL FROM:<a@example.org> SIZE=21 SOLICIT=org.example:ADV\r\n",
    ],
  ])("%s", async (_, mail, seenOfMail, seenOfRcpt, wire) => {
    const seen: unknown[] = [];
    const { client, said, received } = await meet({
      ...cut,
      server: {
        extensions: EVERYTHING,
        onMail: ({ mail }) => void seen.push(mail),
        onRcpt: ({ rcpt }) => void seen.push(rcpt),
      },
    });
    await client.sendMail({ ...MAIL, ...mail });
    expect(seen).toEqual([{ sizeBytes: 21, ...seenOfMail }, seenOfRcpt]);
    expect(said()).toContain(wire);
    expect(received).toHaveLength(1);
  });

  test("who submitted a mail first (AUTH=), and that nobody vouches for it", async () => {
    const seen: unknown[] = [];
    const mechanisms = [plainServer(() => Promise.resolve("tim"))];
    const { client, said } = await meet({ ...cut, server: { mechanisms, onMail: ({ mail }) => void seen.push(mail.auth) } });
    await client.auth(plainClient({ user: "tim", password: "geheim" }));
    await client.sendMail({ ...MAIL, auth: "e=mc2@example.org" });
    await client.sendMail({ ...MAIL, auth: "" });
    expect(seen).toEqual(["e=mc2@example.org", ""]);
    expect(said()).toContain(" AUTH=e+3Dmc2@example.org\r\n");
    expect(said()).toContain(" AUTH=<>\r\n");
  });

  test("a message in chunks", async () => {
    const { client, said, received } = await meet(cut);
    const { reply } = await client.sendMail({ ...MAIL, bodyCommand: "BDAT" });
    expect(reply.code).toBe(250);
    await client.sendMail({ ...MAIL, body: [], bodyCommand: "BDAT" });
    expect(received.map(({ body }) => body)).toEqual(["Subject: hi\r\n\r\n.dot\r\n", ""]);
    expect(said()).toContain("BDAT 21 LAST\r\nSubject: hi\r\n\r\n.dot\r\nMAIL FROM:");
    expect(said()).toMatch(/BDAT 0 LAST\r\n$/);
  });

  test("a binary message, which has no line ends to mend and takes BDAT by itself", async () => {
    const { client, said, received } = await meet({ ...cut, server: { extensions: EVERYTHING } });
    await client.sendMail({ ...MAIL, body: utf8("\0\n\r.\n"), bodyType: "BINARYMIME" });
    expect(received[0]?.body).toBe("\0\n\r.\n");
    expect(said()).toContain(" BODY=BINARYMIME\r\n");
    expect(said()).toMatch(/BDAT 5 LAST\r\n\0\n\r\.\n$/);
  });

  test("LMTP: an answer for each recipient that was accepted", async () => {
    const { client, said } = await meet({
      ...cut,
      client: { protocol: "lmtp", hostname: "relay.example" },
      server: {
        protocol: "lmtp",
        onRcpt: ({ path }) => (path.startsWith("no") ? reply(550, "No such user", "5.1.1") : undefined),
        onMessage: async (_, body) => {
          await body.bytes();
          return [reply(250, "Delivered", "2.1.5"), reply(452, "Full", "4.2.2"), reply(550, "Gone", "5.2.1")];
        },
      },
    });
    for (const bodyCommand of ["DATA", "BDAT"] as const) {
      const { reply, recipients } = await client.sendMail({ ...MAIL, to: ["ada@b", "no@b", "bob@b", "eve@b"], bodyCommand });
      expect(reply.lines).toEqual(["Delivered"]);
      expect(recipients.map(({ address, status, reply }) => [address, status, reply.enhancedCode])).toEqual([
        ["ada@b", "accepted", "2.1.5"],
        ["no@b", "refused", "5.1.1"],
        ["bob@b", "deferred", "4.2.2"],
        ["eve@b", "refused", "5.2.1"],
      ]);
    }
    expect(said()).toMatch(/^LHLO relay\.example\r\n/);
    await client.noop();
  });

  test("DATA behind its recipients, unanswered", async () => {
    const { client, received } = await meet({
      ...cut,
      client: { dataCommand: "eager" },
      server: { onRcpt: ({ path }) => (path.startsWith("no") ? reply(550, "No") : undefined) },
    });
    const { recipients } = await client.sendMail({ ...MAIL, to: ["no@b", "yes@b"] });
    expect(recipients.map(({ status }) => status)).toEqual(["refused", "accepted"]);
    await expect(client.sendMail({ ...MAIL, to: ["no@b"] })).rejects.toMatchObject({ command: "RCPT", reply: { code: 550 } });
    await client.sendMail({ ...MAIL, to: Array.from({ length: 200 }, (_, at) => `u${at}@b`) });
    expect(received.map(({ to }) => to.length)).toEqual([1, 200]);
  });

  test("XCLIENT: a relay speaks for its client", async () => {
    const seen: unknown[] = [];
    const { client, said } = await meet({
      ...cut,
      server: {
        trustsRelay: () => true,
        onConnect: (peer) => void seen.push(["connect", peer.onBehalfOf.get("ADDR")]),
        onMail: (_, peer) => void seen.push([peer.hello?.domain, peer.identity, [...peer.onBehalfOf]]),
      },
    });
    await client.xclient([
      { name: "ADDR", value: "192.0.2.7" },
      { name: "NAME", value: undefined },
      { name: "LOGIN", value: "tim" },
    ]);
    expect(client.extensions.has("XCLIENT")).toBe(true);
    await client.sendMail(MAIL);
    expect(said()).toContain("XCLIENT ADDR=192.0.2.7 NAME=[UNAVAILABLE] LOGIN=tim\r\nEHLO ");
    const attributes = [
      ["ADDR", "192.0.2.7"],
      ["NAME", undefined],
      ["LOGIN", "tim"],
    ];
    expect(seen).toEqual([
      ["connect", undefined],
      ["connect", "192.0.2.7"],
      ["[127.0.0.1]", "tim", attributes],
    ]);
  });

  test("lookups", async () => {
    const { client } = await meet({
      ...cut,
      server: { onLookup: ({ verb, text }) => (text === "none" ? undefined : reply(250, `${verb} ${text}`)) },
    });
    expect((await client.verify("ada")).lines).toEqual(["VRFY ada"]);
    expect((await client.expand("staff")).lines).toEqual(["EXPN staff"]);
    expect((await client.etrn("@example.org")).lines).toEqual(["ETRN @example.org"]);
    expect((await client.verify("none")).code).toBe(252);
    expect((await client.expand("none")).code).toBe(502);
    expect((await client.etrn("none")).code).toBe(502);
  });
});

describe("what a server does not offer", () => {
  test.each<[string, Partial<Mail>]>([
    ["DSN", { ret: "FULL" }],
    ["DSN", { envid: "x" }],
    ["DSN", { to: [{ address: "a@b", notify: [] }] }],
    ["DSN", { to: [{ address: "a@b", orcpt: { addressType: "rfc822", address: "a@b" } }] }],
    ["DELIVERBY", { by: { seconds: 1, mode: "N" } }],
    ["MT-PRIORITY", { mtPriority: 1 }],
    ["FUTURERELEASE", { holdForSeconds: 1 }],
    ["FUTURERELEASE", { holdUntil: "2098-01-01T00:00:00Z" }],
    ["REQUIRETLS", { requiretls: true }],
    ["NO-SOLICITING", { solicit: ["org.example:ADV"] }],
    ["AUTH", { auth: "" }],
    ["BINARYMIME", { bodyType: "BINARYMIME" }],
  ])("is not asked for: %s for %o", async (keyword, mail) => {
    const { client, said } = await meet();
    await expect(client.sendMail({ ...MAIL, ...mail })).rejects.toMatchObject({
      side: "local",
      code: "extension-needed",
      message: expect.stringContaining(`needs ${keyword},`) as string,
    });
    expect(said()).toBe("EHLO [127.0.0.1]\r\n");
  });

  test("binary messages where BDAT is missing", async () => {
    const { client } = await meet({ server: { extensions: offering("BINARYMIME", "8BITMIME") } });
    await expect(client.sendMail({ ...MAIL, bodyType: "BINARYMIME" })).rejects.toMatchObject({ code: "extension-needed" });
  });

  test("chunks: the message goes by DATA", async () => {
    const { client, said, received } = await meet({ server: { extensions: offering("PIPELINING") } });
    await client.sendMail({ ...MAIL, bodyCommand: "BDAT" });
    expect(said()).toContain("DATA\r\n");
    expect(received).toHaveLength(1);
  });

  test("more recipients than it takes at once", async () => {
    const { client, said } = await meet({ server: { limits: { maxRecipients: 2, maxMessages: 5 } } });
    expect(client.extensions.limits).toEqual({ RCPTMAX: 2, MAILMAX: 5 });
    await expect(client.sendMail({ ...MAIL, to: ["a@b", "c@b", "d@b"] })).rejects.toMatchObject({
      side: "local",
      code: "too-many-recipients",
    });
    expect(said()).toBe("EHLO [127.0.0.1]\r\n");
  });

  test.each<Partial<Mail>>([
    { parameters: [{ keyword: "X", value: "a\r\nRCPT TO:<evil@example.net>" }] },
    { to: [{ address: "a@b", parameters: [{ keyword: "X Y", value: undefined }] }] },
    { to: ["a@b", "c\r\n@d"] },
    { from: "a@b> X=<" },
    { envid: "\r\n" },
  ])("nothing at all, when something of a mail cannot be said: %o", async (mail) => {
    const { client, said, received } = await meet({ server: { extensions: EVERYTHING } });
    await expect(client.sendMail({ ...MAIL, ...mail })).rejects.toMatchObject({ name: "ProtocolError", side: "local" });
    expect(said()).toBe("EHLO [127.0.0.1]\r\n");
    await client.sendMail({ ...MAIL, parameters: [] });
    expect(received).toHaveLength(1);
  });

  test("further parameters go as they are", async () => {
    const { client, said } = await meet({ server: { parameterKeywords: ["XQUEUE", "XID"] } });
    await client.sendMail({
      ...MAIL,
      parameters: [{ keyword: "XQUEUE", value: "fast" }],
      to: [{ address: "b@c", parameters: [{ keyword: "XID", value: undefined }] }],
    });
    expect(said()).toContain("MAIL FROM:<a@example.org> SIZE=21 XQUEUE=fast\r\nRCPT TO:<b@c> XID\r\n");
  });
});

describe("chunks", () => {
  const MEGABYTE = 1_048_576;

  function source(
    chunkBytes: number,
    totalBytes: number,
  ): { readonly body: () => AsyncGenerator<Uint8Array>; readonly givenBytes: () => number } {
    let given = 0;
    const chunk = new Uint8Array(chunkBytes).fill(0x61);
    async function* body(): AsyncGenerator<Uint8Array> {
      while (given < totalBytes) {
        await Promise.resolve();
        given += chunkBytes;
        yield chunk;
      }
    }
    return { body, givenBytes: () => given };
  }

  test.each(["DATA", "BDAT"] as const)("by %s no more waits between source and handler than a few windows", async (bodyCommand) => {
    const { body, givenBytes } = source(8192, 8 * MEGABYTE);
    let [takenBytes, mostWaitingBytes] = [0, 0];
    const { client, said } = await meet({
      server: {
        onMessage: async (_, body) => {
          for await (const chunk of body) {
            takenBytes += chunk.length;
            mostWaitingBytes = Math.max(mostWaitingBytes, givenBytes() - takenBytes);
          }
          return undefined;
        },
      },
      client: { observe: () => undefined },
    });
    await client.sendMail({ ...MAIL, body: body(), bodyCommand });
    expect(takenBytes).toBe(8 * MEGABYTE + (bodyCommand === "DATA" ? 2 : 0));
    expect(mostWaitingBytes).toBeLessThanOrEqual(600_000);
    expect(said()).toBe("");
  });

  test("are of a size that can be held, however large the pieces of the message are", async () => {
    const { client, said, received } = await meet();
    await client.sendMail({ ...MAIL, body: [new Uint8Array(MEGABYTE - 10).fill(0x61), utf8("b\r\n")], bodyCommand: "BDAT" });
    expect(said().match(/BDAT .*/g)).toEqual(["BDAT 262144", "BDAT 262144", "BDAT 262144", `BDAT ${262_144 - 7} LAST`]);
    expect(received[0]?.body).toHaveLength(MEGABYTE - 7);
  });

  test("that are refused end the mail, and the connection stays", async () => {
    const { client, received } = await meet({ server: { limits: { maxMessageBytes: 300_000 } } });
    const body = Array.from({ length: 20 }, () => new Uint8Array(32_768).fill(0x61));
    await expect(client.sendMail({ ...MAIL, body, bodyCommand: "BDAT" })).rejects.toMatchObject({
      command: "BDAT",
      reply: { code: 552 },
      recipients: [{ status: "accepted" }],
    });
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
  });

  test("of which the last is refused are the message's answer", async () => {
    const { client, received } = await meet({ server: { limits: { maxMessageBytes: 10 }, extensions: offering("CHUNKING") } });
    await expect(client.sendMail({ ...MAIL, body: [utf8("x".repeat(20))], bodyCommand: "BDAT" })).rejects.toMatchObject({
      command: "message",
      reply: { code: 552 },
    });
    await client.sendMail({ ...MAIL, body: [utf8("x")] });
    expect(received).toHaveLength(1);
  });

  test.each([
    ["SMTP", {}, ["452 Full"], 452],
    ["LMTP, for every recipient", { protocol: "lmtp" }, ["550 No", "452 Full"], 550],
  ] as const)("of which the last is refused are taken back by RSET: %s", async (_, options, answers, code) => {
    const { client, person } = await attend(["CHUNKING", "PIPELINING"], options);
    const refused = client.sendMail({ ...MAIL, to: ["b@c", "d@e"], bodyCommand: "BDAT" });
    const next = client.noop();
    await person.lines(3);
    await person.say("250 Ok", "250 Ok", "250 Ok");
    expect(await person.lines(4)).toEqual(["BDAT 21 LAST", "Subject: hi", "", ".dot"]);
    await person.say(...answers);
    expect(await person.replies("250 Forgotten")).toEqual(["RSET"]);
    await expect(refused).rejects.toMatchObject({ command: "message", reply: { code } });
    expect(await person.replies("250 Ok")).toEqual(["NOOP"]);
    await next;
  });

  test("of which the last was taken for one recipient in LMTP, or for all, are followed by no RSET", async () => {
    const { client, person } = await attend(["CHUNKING"], { protocol: "lmtp" });
    const sending = client.sendMail({ ...MAIL, to: ["b@c", "d@e"], bodyCommand: "BDAT" });
    await person.replies("250 Ok", "250 Ok", "250 Ok");
    await person.lines(4);
    await person.say("550 No", "250 Taken");
    expect(await sending).toMatchObject({ reply: { code: 250 } });
    void client.noop();
    expect(await person.line()).toBe("NOOP");
  });

  test("of which the last is refused, by a server that does not grant RSET, cost the connection; the refusal is what is told", async () => {
    for (const answer of ["500 What?", undefined]) {
      const { client, person } = await attend(["CHUNKING"]);
      const sending = client.sendMail({ ...MAIL, bodyCommand: "BDAT" });
      await person.replies("250 Ok", "250 Ok");
      await person.lines(4);
      await person.say("554 Spam");
      expect(await person.line()).toBe("RSET");
      if (answer === undefined) person.transport.abort();
      else await person.say(answer);
      await expect(sending).rejects.toMatchObject({ command: "message", reply: { code: 554 } });
      expect(client.isOpen).toBe(false);
    }
  });

  test("of which the last is refused with good-bye leave nothing to take back", async () => {
    const { client, person } = await attend(["CHUNKING"]);
    const sending = client.sendMail({ ...MAIL, bodyCommand: "BDAT" });
    await person.replies("250 Ok", "250 Ok");
    await person.lines(4);
    await person.say("421 Bye");
    await expect(sending).rejects.toMatchObject({ command: "message", reply: { code: 421 } });
    expect(await person.line()).toBeUndefined();
    expect(await client.closed).toMatchObject({ reason: "done" });
  });

  test("whose source fails, or has bare line ends, are taken back", async () => {
    const { client, received } = await meet();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(300_000).fill(0x61);
      await Promise.resolve();
      throw new Error("disk");
    }
    await expect(client.sendMail({ ...MAIL, body: broken(), bodyCommand: "BDAT" })).rejects.toThrow("disk");
    await expect(client.sendMail({ ...MAIL, body: utf8("a\nb"), bodyCommand: "BDAT" })).rejects.toMatchObject({ code: "bare-lf" });
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
  });

  test("that a server drops in the middle fail with the connection", async () => {
    const { client, person } = await attend(["CHUNKING"]);
    const sending = client.sendMail({ ...MAIL, body: new Uint8Array(500_000), bodyCommand: "BDAT" });
    await person.replies("250 Ok", "250 Ok");
    await person.line();
    person.transport.abort();
    await expect(sending).rejects.toMatchObject({ name: "ConnectionError" });
  });
});

describe("DATA that did not wait", () => {
  const OFFERED = ["PIPELINING"];

  test("is one write with MAIL and RCPT", async () => {
    const [left, right] = memoryPair({ secure: true });
    const person = new Person(right);
    const opening = SmtpClient.open(left, { dataCommand: "eager" });
    await person.say("220 hi");
    await person.line();
    await person.say("250-mx", "250 PIPELINING");
    const client = await opening;
    const write = vi.spyOn(left, "write");
    const sending = client.sendMail(MAIL);
    expect(await person.lines(3)).toEqual(["MAIL FROM:<a@example.org>", "RCPT TO:<b@example.com>", "DATA"]);
    expect(write).toHaveBeenCalledTimes(1);
    await person.say("250 Ok", "250 Ok", "354 Go");
    expect(await person.lines(4)).toEqual(["Subject: hi", "", "..dot", "."]);
    await person.say("250 Taken");
    await sending;
  });

  test("and was granted although nobody is welcome gets an empty message", async () => {
    const { client, person } = await attend(OFFERED, { dataCommand: "eager" });
    const sending = client.sendMail(MAIL);
    await person.lines(3);
    await person.say("250 Ok", "550 No", "354 Go");
    expect(await person.line()).toBe(".");
    await person.say("554 No recipients");
    await expect(sending).rejects.toMatchObject({ command: "RCPT", reply: { code: 550 } });
    const next = client.noop();
    await person.replies("250 Ok");
    await next;
  });

  test("and was refused is taken back, with somebody welcome or nobody", async () => {
    for (const [rcpt, command] of [
      ["250 Ok", "DATA"],
      ["550 No", "RCPT"],
    ] as const) {
      const { client, person } = await attend(OFFERED, { dataCommand: "eager" });
      const sending = client.sendMail(MAIL);
      await person.lines(3);
      await person.say("250 Ok", rcpt, "451 Later");
      const [heard] = await Promise.all([person.replies("250 Reset"), expect(sending).rejects.toMatchObject({ command })]);
      expect(heard).toEqual(["RSET"]);
    }
  });

  test("with a sender that is refused leaves nothing to take back", async () => {
    const { client, person } = await attend(OFFERED, { dataCommand: "eager" });
    const sending = client.sendMail(MAIL);
    await person.lines(3);
    await person.say("550 Not you", "503 No", "503 No");
    await expect(sending).rejects.toMatchObject({ command: "MAIL", reply: { code: 550 } });
    const next = client.sendMail(MAIL);
    expect(await person.line()).toBe("MAIL FROM:<a@example.org>");
    person.transport.abort();
    await expect(next).rejects.toMatchObject({ name: "ConnectionError" });
  });

  test("fails with the connection", async () => {
    const { client, person } = await attend(OFFERED, { dataCommand: "eager" });
    const sending = client.sendMail(MAIL);
    await person.lines(3);
    await person.say("250 Ok", "550 No");
    await person.transport.end();
    await expect(sending).rejects.toMatchObject({ name: "ConnectionError" });
  });
});

describe("LMTP", () => {
  const lmtp: SmtpServerOptions["protocol"] = "lmtp";

  test("by which nobody gets it is a refusal, with what was said to each", async () => {
    const { client } = await meet({
      client: { protocol: lmtp },
      server: { protocol: lmtp, onMessage: () => [reply(452, "Full", "4.2.2"), reply(550, "Gone", "5.2.1")] },
    });
    await expect(client.sendMail({ ...MAIL, to: ["a@b", "c@b"] })).rejects.toMatchObject({
      command: "message",
      reply: { code: 452 },
      recipients: [{ status: "deferred" }, { status: "refused" }],
    });
    await client.noop();
  });

  test("has no other introduction to fall back to", async () => {
    await expect(meet({ client: { protocol: lmtp } })).rejects.toMatchObject({ command: "LHLO", reply: { code: 500 } });
    await expect(meet({ client: {}, server: { protocol: lmtp }, secure: true })).rejects.toMatchObject({ command: "HELO" });
  });
});

describe("XCLIENT", () => {
  test("that is refused changes nothing", async () => {
    const { client } = await meet({ server: { trustsRelay: () => false } });
    await expect(client.xclient([{ name: "ADDR", value: "192.0.2.7" }])).rejects.toMatchObject({
      command: "XCLIENT",
      reply: { code: 550 },
    });
    await client.sendMail(MAIL);
  });
});
