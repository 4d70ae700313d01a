import { plainServer } from "@mailwire/sasl";
import { describe, expect, test } from "vitest";
import { visit } from "../../test/meeting.ts";
import type { SmtpServerOptions } from "../server.ts";

function offer(...lines: string[]): Partial<SmtpServerOptions> {
  return {
    extensions: lines.map((line) => {
      const [keyword = "", ...parameters] = line.split(" ");
      return { keyword, parameters };
    }),
  };
}

const HOLDING = offer("FUTURERELEASE 3600 2030-01-01T00:00:00Z");

describe("a parameter", () => {
  test.each<[string, Partial<SmtpServerOptions>, string]>([
    ["MAIL FROM:<a@b> SIZE=5", offer(), "250"],
    ["MAIL FROM:<a@b> SIZE=5", { ...offer(), limits: { maxMessageBytes: 4 } }, "552"],
    ["MAIL FROM:<a@b> BODY=8BITMIME", offer("8BITMIME"), "250"],
    ["MAIL FROM:<a@b> BODY=8BITMIME", offer(), "555"],
    ["MAIL FROM:<a@b> BODY=BINARYMIME", offer("8BITMIME"), "555"],
    ["MAIL FROM:<a@b> BODY=BINARYMIME", offer("8BITMIME", "BINARYMIME"), "250"],
    ["MAIL FROM:<a@b> BODY=9BIT", offer("8BITMIME"), "501"],
    ["MAIL FROM:<a@b> RET=FULL ENVID=x", offer("DSN"), "250"],
    ["MAIL FROM:<a@b> RET=FULL", offer(), "555"],
    ["MAIL FROM:<a@b> ENVID=x", offer(), "555"],
    ["MAIL FROM:<a@b> BY=60;R", offer("DELIVERBY"), "250"],
    ["MAIL FROM:<a@b> BY=60;R", offer(), "555"],
    ["MAIL FROM:<a@b> MT-PRIORITY=3", offer("MT-PRIORITY"), "250"],
    ["MAIL FROM:<a@b> MT-PRIORITY=30", offer("MT-PRIORITY"), "501"],
    ["MAIL FROM:<a@b> SOLICIT=org.example:ADV", offer("NO-SOLICITING"), "250"],
    ["MAIL FROM:<a@b> SOLICIT=org.example:ADV", offer(), "555"],
    ["MAIL FROM:<a@b> REQUIRETLS", offer("REQUIRETLS"), "555"],
    ["MAIL FROM:<a@b> HOLDFOR=3600", HOLDING, "250"],
    ["MAIL FROM:<a@b> HOLDFOR=3601", HOLDING, "501"],
    ["MAIL FROM:<a@b> HOLDUNTIL=2029-12-31T23:59:59Z", HOLDING, "250"],
    ["MAIL FROM:<a@b> HOLDUNTIL=2030-01-01T00:00:01Z", HOLDING, "501"],
    ["MAIL FROM:<a@b> HOLDFOR=999999", offer("FUTURERELEASE"), "250"],
    ["MAIL FROM:<a@b> HOLDFOR=1", offer(), "555"],
    ["MAIL FROM:<a@b> AUTH=<>", offer(), "555"],
    ["MAIL FROM:<a@b> AUTH=<>", { ...offer(), mechanisms: [plainServer(() => Promise.resolve("x"))] }, "555"],
    ["MAIL FROM:<a@b> AUTH=<>", { ...offer(), mechanisms: [plainServer(() => Promise.resolve("x"))], allowPlaintextAuth: true }, "250"],
    ["MAIL FROM:<a@b> X=1", { ...offer(), parameterKeywords: ["X"] }, "250"],
    ["MAIL FROM:<a@b> BY=60;R", { ...offer(), parameterKeywords: ["BY"] }, "250"],
    ["RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b", offer("DSN"), "250"],
    ["RCPT TO:<a@b> NOTIFY=NEVER", offer(), "555"],
    ["RCPT TO:<a@b> NOTIFY=SOMETIMES", offer("DSN"), "501"],
    ["RCPT TO:<a@b> X", { ...offer(), parameterKeywords: ["X"] }, "250"],
    ["RCPT TO:<a@b.example>", { ...offer(), requireFullDomains: true }, "250"],
    ["RCPT TO:<a@b>", { ...offer(), requireFullDomains: true }, "554"],
  ])("%s", async (line, options, code) => {
    const { person } = await visit(options);
    await person.ask("EHLO x");
    if (line.startsWith("RCPT")) await person.ask("MAIL FROM:<>");
    expect((await person.ask(line))?.slice(0, 3)).toBe(code);
  });

  test("REQUIRETLS counts inside TLS", async () => {
    const { person } = await visit(offer("REQUIRETLS"), { secure: true });
    await person.ask("EHLO x");
    expect(await person.ask("MAIL FROM:<a@b> REQUIRETLS")).toMatch(/^250 /);
  });

  test("AUTH= stays when AUTH was used and is not offered any more", async () => {
    const { person } = await visit({ mechanisms: [plainServer(() => Promise.resolve("tim"))] }, { secure: true });
    await person.ask("EHLO x");
    expect(await person.ask(`AUTH PLAIN ${btoa("\0tim\0geheim")}`)).toMatch(/^235 /);
    expect(await person.ask("MAIL FROM:<a@b> AUTH=<>")).toMatch(/^250 /);
  });
});

test("an answer to EHLO that cannot be said is 451, and reported", async () => {
  const errors: unknown[] = [];
  const { person } = await visit({ ...offer("x y\r\n"), onError: (error) => errors.push(error) });
  expect(await person.ask("EHLO x")).toMatch(/^451 /);
  expect(errors).toMatchObject([{ code: "bad-extension" }]);
});

test("a mechanism that cannot begin is 451, and reported", async () => {
  const errors: unknown[] = [];
  const start = (): never => {
    throw new Error("no entropy");
  };
  const { person } = await visit(
    { mechanisms: [{ name: "X", plaintext: false, start }], onError: (error) => errors.push(error) },
    { secure: true },
  );
  await person.ask("EHLO x");
  expect(await person.ask("AUTH X")).toMatch(/^451 /);
  expect(await person.ask("NOOP")).toMatch(/^250 /);
  expect(errors).toMatchObject([{ message: "no entropy" }]);
});
