import { loginServer, plainServer } from "@mailwire/sasl";
import type { SaslServerMechanism, SaslStep } from "@mailwire/sasl";
import { encodeBase64, utf8 } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { Peer, serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import type { Served } from "../../test/server-fixture.ts";
import { ImapRefusal } from "../server.ts";

const PLAIN = encodeBase64(utf8("\0u\0p"));
const IN = /^t OK \[CAPABILITY IMAP4rev1 LITERAL\+ SASL-IR CHILDREN IDLE UNSELECT\] Logged in\r\n$/;

test("the greeting names the host and tells the capabilities", async () => {
  const { greeting } = await serve({ hostname: "mail.example", capabilities: ["XTEST"] });
  expect(greeting).toBe("* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN XTEST] mail.example IMAP4rev1 ready\r\n");
  expect((await serve()).greeting).toMatch(/localhost IMAP4rev1 ready\r\n$/);
});

describe("CAPABILITY", () => {
  const told = async ({ peer }: Served): Promise<string> => /(?<=SASL-IR).*/.exec(await peer.ask("CAPABILITY"))?.[0] ?? "";

  test("before and after login, before and inside TLS", async () => {
    expect(await told(await serve({ allowPlaintextAuth: false }))).toBe(" LOGINDISABLED");
    expect(await told(await serve({ allowPlaintextAuth: false, tls: {} }))).toBe(" STARTTLS LOGINDISABLED");
    expect(await told(await serve({ tls: {} }))).toBe(" STARTTLS AUTH=PLAIN");
    expect(await told(await serve({ allowPlaintextAuth: false, tls: {}, pair: { secure: true } }))).toBe(" AUTH=PLAIN");
    expect(await told(await serveAccount({ tls: {}, capabilities: ["XTEST"] }))).toBe(" CHILDREN IDLE UNSELECT XTEST");
  });

  test("mechanisms that show no password are offered in clear", async () => {
    const mechanisms = [mechanism([]), plainServer(() => Promise.resolve(undefined))];
    expect(await told(await serve({ allowPlaintextAuth: false, mechanisms }))).toBe(" LOGINDISABLED AUTH=X-TEST");
  });
});

describe("LOGIN", () => {
  test("lets in with the right password", async () => {
    const { peer } = await serve();
    expect(await peer.ask("LOGIN u wrong")).toBe("t NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
    expect(await peer.ask('LOGIN "u" "p"')).toMatch(IN);
    expect(await peer.ask("LOGIN u p")).toBe("t BAD Not now\r\n");
  });

  test("takes literals", async () => {
    const { peer } = await serve();
    expect(await peer.ask("LOGIN {1+}\r\nu {5+}\r\nwrong")).toMatch(/^t NO/);
    await peer.say("t LOGIN {1}\r\n");
    expect(await peer.hear("+ ")).toBe("+ OK\r\n");
    await peer.say("u {1}\r\n");
    expect(await peer.hear("+ ")).toBe("+ OK\r\n");
    await peer.say("p\r\n");
    expect(await peer.hear("t ")).toMatch(IN);
  });

  test("is refused without TLS, before the password is sent", async () => {
    const { peer, backend } = await serve({ allowPlaintextAuth: false });
    const verify = vi.spyOn(backend, "openAccount");
    expect(await peer.ask("LOGIN u {1}")).toBe("t NO [PRIVACYREQUIRED] LOGIN needs TLS\r\n");
    expect(verify).not.toHaveBeenCalled();
  });

  test("an account that cannot be opened is a refusal, and one may try again", async () => {
    const { peer, backend, errors } = await serve();
    vi.spyOn(backend, "openAccount").mockRejectedValueOnce(new ImapRefusal({ type: "UNAVAILABLE" }, "Later"));
    expect(await peer.ask("LOGIN u p")).toBe("t NO [UNAVAILABLE] Later\r\n");
    expect(await peer.ask("SELECT INBOX")).toBe("t BAD Not now\r\n");
    expect(await peer.ask("LOGIN u p")).toMatch(IN);
    expect(errors).toEqual([]);
  });

  test("too many failures end the connection", async () => {
    const { peer, served } = await serve({ limits: { maxLoginFailures: 1 } });
    await peer.ask("LOGIN u wrong");
    await peer.ask("LOGIN u wrong");
    expect(await peer.hearOut()).toBe("* BYE Too many failed logins\r\n");
    expect(await served.closed).toEqual({ reason: "done" });
  });
});

/** A mechanism that goes through steps whatever it is told, and keeps what it was told. */
function mechanism(steps: readonly SaslStep[], heard: (string | null)[] = []): SaslServerMechanism {
  return {
    name: "X-TEST",
    plaintext: false,
    start: () => {
      const left = [...steps];
      return {
        mechanism: "X-TEST",
        next: (response) => {
          heard.push(response === null ? null : new TextDecoder().decode(response));
          const step = left.shift();
          return step === undefined ? Promise.reject(new Error("no step is left")) : Promise.resolve(step);
        },
      };
    },
  };
}

describe("AUTHENTICATE", () => {
  test("PLAIN, with and without an initial response, in any case", async () => {
    const one = await serve();
    expect(await one.peer.ask(`authenticate plain ${PLAIN}`)).toMatch(IN);
    const two = await serve();
    await two.peer.say("t AUTHENTICATE PLAIN\r\n");
    expect(await two.peer.hear("+")).toBe("+ \r\n");
    await two.peer.say(`${PLAIN}\r\n`);
    expect(await two.peer.hear("t ")).toMatch(IN);
  });

  test("LOGIN", async () => {
    const { peer } = await serve({ mechanisms: [loginServer(({ user }) => Promise.resolve(user))] });
    await peer.say("t AUTHENTICATE LOGIN\r\n");
    expect(await peer.hear("+")).toBe("+ VXNlcm5hbWU6\r\n");
    await peer.say("dQ==\r\n");
    expect(await peer.hear("+")).toBe("+ UGFzc3dvcmQ6\r\n");
    await peer.say("cA==\r\n");
    expect(await peer.hear("t ")).toMatch(IN);
  });

  test("an empty initial response, challenges, and last data of the server as one more challenge", async () => {
    const heard: (string | null)[] = [];
    const steps: SaslStep[] = [
      { type: "challenge", data: utf8("one") },
      { type: "success", identity: "u", data: utf8("proof") },
    ];
    const { peer } = await serve({ mechanisms: [mechanism(steps, heard)] });
    await peer.say("t AUTHENTICATE X-TEST =\r\n");
    expect(await peer.hear("+")).toBe("+ b25l\r\n");
    await peer.say("dHdv\r\n");
    expect(await peer.hear("+")).toBe("+ cHJvb2Y=\r\n");
    await peer.say("\r\n");
    expect(await peer.hear("t ")).toMatch(IN);
    expect(heard).toEqual(["", "two"]);
  });

  test("a mechanism knows of TLS", async () => {
    const failing = mechanism([{ type: "failure" }]);
    const start = vi.fn((context: Parameters<typeof failing.start>[0]) => failing.start(context));
    const { peer } = await serve({ tls: {}, mechanisms: [{ name: "X-TEST", plaintext: false, start }] });
    expect(await peer.ask("AUTHENTICATE X-TEST")).toMatch(/^t NO \[AUTHENTICATIONFAILED\]/);
    const inside = await upgraded(peer);
    await inside.ask("AUTHENTICATE X-TEST");
    expect(start.mock.calls).toMatchObject([[{}], [{ tls: { authorized: false } }]]);
  });

  test("is refused for unknown mechanisms, passwords in clear, and what is not base64", async () => {
    const { peer } = await serve({ allowPlaintextAuth: false, mechanisms: [mechanism([]), plainServer(() => Promise.resolve("u"))] });
    expect(await peer.ask("AUTHENTICATE X-OTHER")).toBe("t NO No such mechanism\r\n");
    expect(await peer.ask("AUTHENTICATE PLAIN")).toBe("t NO [PRIVACYREQUIRED] PLAIN needs TLS\r\n");
    expect(await peer.ask("AUTHENTICATE X-TEST abc")).toBe("t BAD The initial response is not base64\r\n");
  });

  test.each([
    ["*", "cancelled"],
    ["?", "bad-base64"],
  ])("%s gives it up", async (line, reason) => {
    const { peer } = await serve();
    await peer.say("t AUTHENTICATE PLAIN\r\n");
    await peer.hear("+");
    await peer.say(`${line}\r\n`);
    expect(await peer.hear("t ")).toBe(`t BAD Authentication given up (${reason})\r\n`);
    expect(await peer.ask("LOGIN u p")).toMatch(IN);
  });

  test("a mechanism that fails is NO, and told to onError", async () => {
    const { peer, errors } = await serve({ mechanisms: [mechanism([])] });
    expect(await peer.ask("AUTHENTICATE X-TEST")).toBe("t NO [SERVERBUG] Something went wrong here\r\n");
    expect(errors).toMatchObject([{ message: "no step is left" }]);
  });

  test("ends when the client leaves in the middle", async () => {
    const { peer, served, errors } = await serve();
    await peer.say("t AUTHENTICATE PLAIN\r\n");
    await peer.hear("+");
    await peer.transport.end();
    expect(await served.closed).toMatchObject({ reason: "eof" });
    expect(errors).toEqual([]);
  });
});

/** Asks for TLS and takes it. */
async function upgraded(peer: Peer): Promise<Peer> {
  expect(await peer.ask("STARTTLS")).toBe("t OK Begin TLS negotiation now\r\n");
  const inside = await peer.transport.startTls?.({ side: "client", serverName: "localhost" });
  if (inside === undefined) throw new Error("no TLS here");
  return new Peer(inside);
}

describe("STARTTLS", () => {
  test("opens the way for passwords, once", async () => {
    const { peer } = await serve({ allowPlaintextAuth: false, tls: {} });
    const inside = await upgraded(peer);
    expect(await inside.ask("CAPABILITY")).toBe("* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN\r\nt OK CAPABILITY completed\r\n");
    expect(await inside.ask("STARTTLS")).toBe("t BAD Not now\r\n");
    expect(await inside.ask("LOGIN u p")).toMatch(IN);
  });

  test("is BAD where there is none", async () => {
    const { peer } = await serve();
    expect(await peer.ask("STARTTLS")).toBe("t BAD There is no TLS here\r\n");
  });

  test("commands in clear behind it are never run, and end the connection", async () => {
    const { peer, served } = await serve({ tls: {} });
    await peer.say("t STARTTLS\r\nt LOGIN u p\r\n");
    expect(await peer.hearOut()).toBe("* BYE Bytes follow STARTTLS in clear\r\n");
    expect(await served.closed).toMatchObject({ reason: "protocol", error: { code: "starttls-injection" } });
  });
});

describe("what is legal in every state", () => {
  test.each([
    ["not authenticated", serve],
    ["authenticated", serveAccount],
    ["selected", serveSelected],
  ])("%s: NOOP, LOGOUT, unknown and mistyped commands", async (_state, begin) => {
    const { peer, served } = await begin();
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
    expect(await peer.ask("XTEST")).toBe("t BAD Unknown command\r\n");
    expect(await peer.ask("STATUS INBOX ()")).toMatch(/^t BAD/);
    await peer.say("\r\n");
    expect(await peer.hear("* ")).toBe("* BAD Not understood (no-tag)\r\n");
    expect(await peer.ask("LOGOUT")).toBe("* BYE Logging out\r\nt OK LOGOUT completed\r\n");
    expect(await peer.hearOut()).toBe("");
    expect(await served.closed).toEqual({ reason: "done" });
  });

  test("too many bad commands in a row end the connection", async () => {
    const { peer, served } = await serve({ limits: { maxBadCommands: 1 } });
    await peer.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await peer.hearOut()).toMatch(/\* BYE Too many bad commands\r\n$/);
    expect(await served.closed).toEqual({ reason: "done" });
  });
});
