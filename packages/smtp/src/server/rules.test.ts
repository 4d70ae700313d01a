import { loginServer, plainServer } from "@mailwire/sasl";
import { describe, expect, test } from "vitest";
import { promised, visit } from "../../test/meeting.ts";
import type { SmtpServerOptions } from "../server.ts";

describe("the server's rules", () => {
  test.each<[string, Partial<SmtpServerOptions>, string[], string]>([
    ["STARTTLS that is not offered", {}, ["EHLO x", "STARTTLS"], "502 5.5.1"],
    ["AUTH that is not offered", {}, ["EHLO x", "AUTH PLAIN"], "502 5.5.1"],
    ["AUTH without TLS", { mechanisms: [plainServer(() => Promise.resolve("x"))] }, ["EHLO x", "AUTH PLAIN"], "538 5.7.11"],
    [
      "an unknown mechanism",
      { mechanisms: [plainServer(() => Promise.resolve("x"))], allowPlaintextAuth: true },
      ["EHLO x", "AUTH X"],
      "504 5.5.4",
    ],
    ["unknown parameters of MAIL", {}, ["EHLO x", "MAIL FROM:<a@b> X=1"], "555 5.5.4"],
    ["unknown parameters that are let through", { parameterKeywords: ["X"] }, ["EHLO x", "MAIL FROM:<a@b> X=1"], "250 2.1.0"],
    ["unknown parameters of RCPT", {}, ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b> X=1"], "555 5.5.4"],
    ["parameters without meaning", {}, ["EHLO x", "MAIL FROM:<a@b> SIZE=x"], "501 5.5.4"],
    ["BODY where 8BITMIME is not offered", { extensions: [] }, ["EHLO x", "MAIL FROM:<a@b> BODY=7BIT"], "555 5.5.4"],
    ["SMTPUTF8 where it is not offered", { extensions: [] }, ["EHLO x", "MAIL FROM:<a@b> SMTPUTF8"], "555 5.5.4"],
    ["a UTF-8 sender without SMTPUTF8", {}, ["EHLO x", "MAIL FROM:<ü@b>"], "553 5.6.7"],
    ["a UTF-8 recipient without SMTPUTF8", {}, ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ü@b>"], "553 5.6.7"],
    ["mail before TLS where that is required", { requireTls: true, tls: {} }, ["EHLO x", "MAIL FROM:<a@b>"], "530 5.7.0"],
    ["HELO", {}, ["HELO x"], "250 mx.example at"],
    ["EHLO", { limits: { maxMessageBytes: Infinity } }, ["EHLO x"], "250 SIZE"],
  ])("%s", async (_, options, lines, answer) => {
    const { person } = await visit(options);
    let heard: string | undefined;
    for (const line of lines) heard = await person.ask(line);
    expect(heard?.slice(0, answer.length)).toBe(answer);
  });

  test("a client that cancels AUTH is heard", async () => {
    const { person } = await visit({ mechanisms: [loginServer(() => Promise.resolve("x"))] }, { secure: true });
    await person.ask("EHLO x");
    expect(await person.ask("AUTH LOGIN")).toMatch(/^334 /);
    expect(await person.ask("*")).toMatch(/^501 5\.7\.0 /);
    expect(await person.ask("NOOP")).toMatch(/^250 /);
  });

  test("a client that goes in the middle of AUTH is no error of ours", async () => {
    const errors: unknown[] = [];
    const mechanisms = [loginServer(() => Promise.resolve("x"))];
    const { person, served } = await visit({ mechanisms, onError: (error) => errors.push(error) }, { secure: true });
    for (const line of ["EHLO x", "AUTH LOGIN"]) await person.ask(line);
    await person.transport.end();
    expect(await served.closed).toMatchObject({ reason: "eof" });
    expect(errors).toEqual([]);
  });

  test("a server that is told to close says good-bye in the middle of AUTH too", async () => {
    const errors: unknown[] = [];
    const mechanisms = [loginServer(() => Promise.resolve("x"))];
    const { person, served } = await visit({ mechanisms, onError: (error) => errors.push(error) }, { secure: true });
    for (const line of ["EHLO x", "AUTH LOGIN"]) await person.ask(line);
    served.close();
    expect(await person.answer()).toMatch(/^421 /);
    await person.transport.end();
    expect(await served.closed).toMatchObject({ reason: "done" });
    expect(errors).toEqual([]);
  });

  test.each(["DATA", "BDAT 0"])("nor is one that goes in the middle of a message (%s), which is lost to its handler", async (command) => {
    const errors: unknown[] = [];
    const lost = promised<unknown>();
    const { person, served } = await visit({
      onMessage: async (_, body) => {
        await body.bytes().catch((error: unknown) => {
          lost.resolve(error);
          throw error;
        });
        return undefined;
      },
      onError: (error) => errors.push(error),
    });
    for (const line of ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", command]) await person.ask(line);
    await person.transport.end();
    expect(await served.closed).toMatchObject({ reason: "eof" });
    expect(await lost.promise).toMatchObject({ name: "ConnectionError", code: "eof" });
    expect(errors).toEqual([]);
  });

  test("bare LF in a message ends it with 554", async () => {
    const delivered: unknown[] = [];
    const { person, served } = await visit({
      onMessage: async (_, body) => {
        delivered.push(await body.bytes());
        return undefined;
      },
    });
    for (const line of ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA"]) await person.ask(line);
    expect(await person.ask("a\n.\nMAIL FROM:<c@d>")).toMatch(/^554 5\.5\.2 /);
    await person.transport.end();
    expect(await served.closed).toMatchObject({ reason: "protocol" });
    expect(delivered).toEqual([]);
  });
});
