import { plainClient, plainServer } from "@mailwire/sasl";
import { describe, expect, test } from "vitest";
import { meet, visit } from "../../test/meeting.ts";
import { reply } from "../codec/index.ts";
import type { SmtpPeer, SmtpServerOptions } from "../server.ts";

/** Notes at each MAIL who the client is. */
function noting(seen: unknown[]): Partial<SmtpServerOptions> {
  return {
    trustsRelay: () => true,
    onMail: (_, { hello, identity, onBehalfOf }: SmtpPeer) => void seen.push([hello?.domain, identity, Object.fromEntries(onBehalfOf)]),
  };
}

describe("XCLIENT", () => {
  test("needs trust, is offered only with it, and begins anew", async () => {
    const { person: stranger } = await visit();
    await stranger.say("EHLO x");
    const offered: string[] = [];
    for (let line = await stranger.line(); line !== undefined; line = line.startsWith("250-") ? await stranger.line() : undefined)
      offered.push(line);
    expect(offered.filter((line) => /XCLIENT|XFORWARD/.test(line))).toEqual([]);
    expect(await stranger.ask("XCLIENT ADDR=192.0.2.7")).toBe("550 5.7.0 You may not speak for others");
    expect(await stranger.ask("XFORWARD ADDR=192.0.2.7")).toBe("550 5.7.0 You may not speak for others");
    const { person } = await visit({ trustsRelay: () => true });
    await person.ask("EHLO relay");
    expect(await person.ask("XCLIENT ADDR=192.0.2.7")).toBe("220 mx.example ESMTP ready");
    expect(await person.ask("MAIL FROM:<a@b>")).toMatch(/^503 /);
  });

  test("drops who the relay was, unless it says who its client is", async () => {
    const seen: unknown[] = [];
    const { client } = await meet({ server: { ...noting(seen), mechanisms: [plainServer(({ user }) => Promise.resolve(user))] } });
    const mail = async (): Promise<void> => {
      await client.raw("XNOTHING");
      await client.sendMail({ from: "a@b", to: ["c@d"], body: [] });
    };
    await client.auth(plainClient({ user: "relay", password: "geheim" }));
    await mail();
    await client.xclient([{ name: "ADDR", value: "192.0.2.7" }]);
    await mail();
    await client.xclient([{ name: "LOGIN", value: "tim" }]);
    await mail();
    expect(seen).toEqual([
      ["[127.0.0.1]", "relay", {}],
      ["[127.0.0.1]", undefined, { ADDR: "192.0.2.7" }],
      ["[127.0.0.1]", "tim", { ADDR: "192.0.2.7", LOGIN: "tim" }],
    ]);
  });

  test("for a client that is not welcome changes nothing", async () => {
    const seen: unknown[] = [];
    const { person } = await visit({
      ...noting(seen),
      onConnect: ({ onBehalfOf }) => (onBehalfOf.get("ADDR") === "192.0.2.66" ? reply(554, "Not them") : undefined),
    });
    await person.ask("EHLO relay");
    expect(await person.ask("XCLIENT ADDR=192.0.2.66 LOGIN=eve")).toBe("554 Not them");
    await person.ask("MAIL FROM:<a@b>");
    expect(seen).toEqual([["relay", undefined, {}]]);
  });

  test("is answered by the hook where that wants to", async () => {
    const seen: unknown[] = [];
    let answers = [reply(451, "Later"), reply(220, "As you say")];
    const { person } = await visit({
      ...noting(seen),
      onCommand: ({ command }) => {
        if (command.verb !== "XCLIENT") return undefined;
        const [answer] = answers;
        answers = answers.slice(1);
        return answer;
      },
    });
    await person.ask("EHLO relay");
    expect(await person.ask("XCLIENT ADDR=192.0.2.7")).toBe("451 Later");
    await person.ask("MAIL FROM:<a@b>");
    await person.ask("RSET");
    expect(await person.ask("XCLIENT ADDR=192.0.2.7")).toBe("220 As you say");
    await person.ask("EHLO client");
    await person.ask("MAIL FROM:<a@b>");
    expect(seen).toEqual([
      ["relay", undefined, {}],
      ["client", undefined, { ADDR: "192.0.2.7" }],
    ]);
  });

  test("before STARTTLS is forgotten behind it, as all that was said", async () => {
    const seen: unknown[] = [];
    const { client } = await meet({
      secure: false,
      client: { allowPlaintext: true, serverName: "mx.example" },
      server: { ...noting(seen), tls: {} },
    });
    await client.xclient([
      { name: "ADDR", value: "192.0.2.7" },
      { name: "LOGIN", value: "tim" },
    ]);
    await client.sendMail({ from: "a@b", to: ["c@d"], body: [] });
    await client.startTls();
    await client.sendMail({ from: "a@b", to: ["c@d"], body: [] });
    expect(seen).toEqual([
      ["[127.0.0.1]", "tim", { ADDR: "192.0.2.7", LOGIN: "tim" }],
      ["[127.0.0.1]", undefined, {}],
    ]);
  });
});

describe("XFORWARD", () => {
  test("tells of the next message only, whatever becomes of that", async () => {
    const seen: unknown[] = [];
    const { person } = await visit(noting(seen));
    await person.ask("EHLO relay");
    await person.ask("XCLIENT NAME=one.example");
    await person.ask("EHLO client");
    for (const end of [["RSET"], ["RCPT TO:<c@d>", "DATA", "."], ["EHLO client"]]) {
      expect(await person.ask("XFORWARD NAME=two.example")).toBe("250 2.0.0 Ok");
      expect(await person.ask("XFORWARD IDENT=4711 SOURCE=[UNAVAILABLE]")).toBe("250 2.0.0 Ok");
      for (const line of ["MAIL FROM:<a@b>", ...end, "MAIL FROM:<a@b>", "RSET"]) await person.ask(line);
    }
    const forwarded = ["client", undefined, { NAME: "two.example", IDENT: "4711", SOURCE: undefined }];
    const claimed = ["client", undefined, { NAME: "one.example" }];
    expect(seen).toEqual([forwarded, claimed, forwarded, claimed, forwarded, claimed]);
  });

  test("that the hook refused was not said", async () => {
    const seen: unknown[] = [];
    const { person } = await visit({
      ...noting(seen),
      onCommand: ({ command }) => (command.verb === "XFORWARD" ? reply(451, "Later") : undefined),
    });
    await person.ask("EHLO relay");
    expect(await person.ask("XFORWARD NAME=two.example")).toBe("451 Later");
    await person.ask("MAIL FROM:<a@b>");
    expect(seen).toEqual([["relay", undefined, {}]]);
  });
});

test("trust that cannot be found out is no trust, and reported", async () => {
  const errors: unknown[] = [];
  let asked = 0;
  const { person } = await visit({
    trustsRelay: () => {
      asked += 1;
      if (asked > 1) throw new Error("database");
      return true;
    },
    onError: (error) => errors.push(error),
  });
  await person.ask("EHLO relay");
  expect(await person.ask("XCLIENT ADDR=192.0.2.7")).toMatch(/^451 /);
  expect(await person.ask("EHLO relay")).toMatch(/^451 /);
  expect(errors).toMatchObject([{ message: "database" }, { message: "database" }]);
});
