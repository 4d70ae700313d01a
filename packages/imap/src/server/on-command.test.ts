import { ConnectionError, latin1 } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import type { ServeOptions, Served } from "../../test/server-fixture.ts";
import type { Command } from "../codec/index.ts";
import type { ImapContext, ImapServerOptions } from "../server.ts";

const FAULT = "t NO [SERVERBUG] Something went wrong here\r\n";
const DISK = new Error("disk");

describe("onCommand", () => {
  const hooked = (onCommand: ImapServerOptions["onCommand"], begin = serveAccount, options?: ServeOptions): Promise<Served> =>
    begin({ ...options, ...(onCommand !== undefined && { onCommand }) });

  test("sees every command and where it comes from", async () => {
    const seen: [Command["name"], Partial<ImapContext>][] = [];
    const { peer } = await hooked(({ name }, { state, identity, selected, info }) => {
      seen.push([name, { state, identity, selected, info }]);
      return undefined;
    }, serveSelected);
    await peer.ask("APPEND INBOX {0+}\r\n");
    const info = { secure: false };
    const selected = { mailbox: { raw: "INBOX", name: "INBOX" }, access: "read-write" };
    expect(seen).toEqual([
      ["LOGIN", { state: "not-authenticated", identity: undefined, selected: undefined, info }],
      ["SELECT", { state: "authenticated", identity: "u", selected: undefined, info }],
      ["APPEND", { state: "selected", identity: "u", selected, info }],
    ]);
  });

  test("takes the place of the answer, after some time", async () => {
    const { peer, backend } = await hooked(async ({ name }) => {
      await Promise.resolve();
      if (name === "unknown") return { status: "OK", text: "Well" };
      return name === "CREATE" ? { status: "NO", code: { type: "NOPERM" }, text: "Not you" } : undefined;
    });
    expect(await peer.ask("XTEST a")).toBe("t OK Well\r\n");
    expect(await peer.ask("CREATE x")).toBe("t NO [NOPERM] Not you\r\n");
    expect(backend.mailboxes).toEqual(["INBOX"]);
  });

  test("splits its own answer or the usual one, and no other", async () => {
    const { peer } = await hooked(({ name }) => {
      if (name === "NOOP") return { split: { pieceBytes: [1, 4, Infinity], pauseMs: 0 } };
      if (name === "CREATE") return { split: { pieceBytes: [6], pauseMs: 0 }, answer: { status: "NO", text: "Never" } };
      return undefined;
    });
    await peer.say("a SUBSCRIBE INBOX\r\nb NOOP\r\nc CREATE x\r\nd SUBSCRIBE INBOX\r\n");
    const heard: string[] = [];
    while (!heard.at(-1)?.includes("d OK")) heard.push(latin1((await peer.transport.read()) ?? new Uint8Array()));
    expect(heard).toEqual([
      "a OK SUBSCRIBE completed\r\n",
      "b",
      " OK ",
      "NOOP completed\r\n",
      "c NO N",
      "ever\r\n",
      "d OK SUBSCRIBE completed\r\n",
    ]);
  });

  test.each(["STARTTLS", "LOGIN u p", "AUTHENTICATE PLAIN", "LOGOUT"])("cannot say OK to %s", async (line) => {
    const { peer } = await hooked(() => ({ status: "OK", text: "Yes" }), serve, { tls: {} });
    expect(await peer.ask(line)).toBe("t NO Yes\r\n");
  });

  test.each(["SELECT INBOX", "EXAMINE INBOX", "APPEND INBOX {3}"])("cannot say OK to %s", async (line) => {
    const { peer } = await hooked(({ name }) => (name === "LOGIN" ? undefined : { status: "OK", text: "Yes" }));
    expect(await peer.ask(line)).toBe("t NO Yes\r\n");
  });

  test("that answers a command which deselects has the mailbox closed, whatever comes of that", async () => {
    const { peer, backend, errors } = await hooked(
      ({ name }) => (name === "CLOSE" ? { status: "OK", text: "Closed" } : undefined),
      serveSelected,
    );
    vi.spyOn(backend.current, "close").mockRejectedValueOnce(DISK);
    expect(await peer.ask("CLOSE")).toBe("t OK Closed\r\n");
    expect(await peer.ask("CHECK")).toBe("t BAD Not now\r\n");
    expect(errors).toEqual([DISK]);
  });

  test("that throws is NO, and so is one with words that cannot be said", async () => {
    const { peer, errors } = await hooked(({ name }) => {
      if (name === "NOOP") throw DISK;
      return name === "LOGIN" ? undefined : { status: "OK", text: "a\r\nb" };
    });
    expect(await peer.ask("NOOP")).toBe(FAULT);
    expect(await peer.ask("CHECK INBOX")).toMatch(/^t BAD/);
    expect(await peer.ask("CREATE x")).toBe(FAULT);
    expect(errors).toMatchObject([DISK, { code: "bad-argument" }]);
  });

  test("drops the connection", async () => {
    const { peer, served, backend, errors } = await hooked(({ name }) => (name === "NOOP" ? "drop" : undefined), serveSelected);
    await peer.say("t NOOP\r\n");
    await expect(peer.hear("t ")).rejects.toBeInstanceOf(ConnectionError);
    expect(await served.closed).toMatchObject({ reason: "aborted" });
    expect(backend.log).toEqual(["mailbox closed", "account closed"]);
    expect(errors).toEqual([]);
  });
});
