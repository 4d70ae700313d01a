import { memoryPair } from "@mailwire/transport";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Person, visit } from "../../test/meeting.ts";
import { SmtpClient } from "../client.ts";
import { serveSmtp, type SmtpServerOptions } from "../server.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a client that talks before it is greeted", () => {
  function meetEarly(options: Partial<SmtpServerOptions> = {}): {
    readonly person: Person;
    readonly served: ReturnType<typeof serveSmtp>;
    readonly asked: string[];
  } {
    const [left, right] = memoryPair();
    const asked: string[] = [];
    const served = serveSmtp(right, {
      hostname: "mx.example",
      greetAfterMs: 5000,
      trustsRelay: () => true,
      onConnect: () => void asked.push("connect"),
      onCommand: ({ command }) => void asked.push(command.verb),
      ...options,
    });
    return { person: new Person(left), served, asked };
  }

  test("is refused, and what it said is answered accordingly", async () => {
    const { person, asked } = meetEarly();
    await person.say("EHLO x");
    expect(await person.answer()).toBe("554 5.5.1 You talked before you were greeted");
    expect(await person.answer()).toMatch(/^503 /);
    expect(await person.ask("QUIT")).toMatch(/^221 /);
    expect(asked).toEqual(["EHLO", "QUIT"]);
  });

  test("is one that does so in time: silence is greeted", async () => {
    const { person, asked } = meetEarly();
    await vi.advanceTimersByTimeAsync(4999);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await person.ask("EHLO x")).toBe("220 mx.example ESMTP ready");
    expect(await person.answer()).toMatch(/^250 /);
    // The greeting that answers XCLIENT waits for nobody.
    expect(await person.ask("XCLIENT ADDR=192.0.2.7")).toMatch(/^220 /);
  });

  test("is not one that only goes", async () => {
    const { person, served } = meetEarly();
    await person.transport.end();
    expect(await person.answer()).toMatch(/^220 /);
    expect(await served.closed).toMatchObject({ reason: "done" });
  });

  test("nor is one that is dropped meanwhile", async () => {
    const errors: unknown[] = [];
    const { served } = meetEarly({ onError: (error) => errors.push(error) });
    served.abort(new Error("enough"));
    expect(await served.closed).toMatchObject({ reason: "aborted" });
    const other = meetEarly();
    other.person.transport.abort();
    expect(await other.served.closed).not.toMatchObject({ reason: "done" });
    expect(errors).toEqual([]);
  });

  test("is looked for before TLS and not behind it", async () => {
    const [left, right] = memoryPair();
    serveSmtp(right, { hostname: "mx.example", greetAfterMs: 5000, trustsRelay: () => true, tls: {} });
    const opening = SmtpClient.open(left, { serverName: "mx.example" });
    await vi.advanceTimersByTimeAsync(5000);
    const client = await opening;
    expect(client.info.secure).toBe(true);
    await client.xclient([{ name: "ADDR", value: "192.0.2.7" }]);
    await client.noop();
  });
});

describe("a client that takes too long", () => {
  test("hears 421, also inside a message, and its handler hears of it", async () => {
    const failures: unknown[] = [];
    const { person, served } = await visit({
      limits: { commandMs: 1000, bodyMs: 500 },
      onMessage: async (_, body) => {
        await body.bytes().catch((error: unknown) => failures.push(error));
      },
    });
    for (const line of ["HELO a", "MAIL FROM:<a@b.example>", "RCPT TO:<a@b.example>", "DATA"]) await person.ask(line);
    await person.say("some text");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await person.answer()).toBe("421 4.4.2 You took too long, closing connection");
    expect(await served.closed).toMatchObject({ reason: "timeout" });
    expect(failures).toMatchObject([{ code: "timeout", phase: "data-block" }]);
    const idle = await visit({ limits: { commandMs: 1000 } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await idle.person.answer()).toMatch(/^421 /);
    expect(await idle.person.line()).toBeUndefined();
  });
});

describe("a client that errs", () => {
  test("waits for each answer, from so many errors on", async () => {
    const { person } = await visit({ errorDelay: { afterErrors: 1, ms: 700 } });
    await person.ask("WHAT");
    await person.ask("WHAT");
    const answers: unknown[] = [];
    const heard = person.ask("NOOP").then((answer) => answers.push(answer));
    await vi.advanceTimersByTimeAsync(699);
    expect(answers).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await heard;
    expect(answers).toEqual(["250 2.0.0 Ok"]);
  });

  test("waits a second after ten, unless told otherwise", async () => {
    const { person } = await visit();
    for (let errors = 0; errors < 11; errors += 1) await person.ask("WHAT");
    const answers: unknown[] = [];
    const heard = person.ask("NOOP").then((answer) => answers.push(answer));
    await vi.advanceTimersByTimeAsync(999);
    expect(answers).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await heard;
    expect(answers).toHaveLength(1);
  });

  test("is not waited for when it is dropped", async () => {
    const { person, served } = await visit({ errorDelay: { afterErrors: 0, ms: 60_000 } });
    await person.ask("WHAT");
    await person.say("NOOP");
    await vi.advanceTimersByTimeAsync(0);
    served.abort();
    expect(await served.closed).toMatchObject({ reason: "aborted" });
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("too often is dropped", async () => {
    const { person } = await visit({ limits: { maxErrors: 2 } });
    await person.ask("WHAT");
    await person.ask("WHAT");
    await person.say("WHAT");
    expect(await person.lines(2)).toEqual(["500 5.5.2 Command not recognized", "421 4.7.0 Too many errors, closing connection"]);
  });

  test("by not waiting is refused where that is wanted", async () => {
    const { person } = await visit({ eagerness: "refuse" });
    await person.say("EHLO x", "NOOP");
    expect(await person.answer()).toMatch(/^503 5\.5\.0 /);
  });
});
