// The IMAP client against Dovecot; what is left of the mail afterwards is told by Dovecot's own tool.

import { ImapClient, type ImapClientOptions, ImapResponseError, SelectedMailbox } from "@mailwire/imap/client";
import { mailboxName } from "@mailwire/imap/codec";
import { loginClient, plainClient } from "@mailwire/sasl";
import { connect } from "@mailwire/tls";
import { Secret } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dovecot, startDovecot } from "../src/dovecot.ts";
import { collect, message } from "../src/messages.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let dovecot: Dovecot;

beforeAll(async () => {
  scratch = await makeScratch();
  dovecot = await startDovecot(scratch);
});

afterAll(async () => {
  await dovecot.stop();
  await removeScratch(scratch);
});

const upgraded = (): ImapClientOptions => ({ serverName: "localhost", tlsOptions: { ca: dovecot.certificate.cert } });

async function open(options: ImapClientOptions = upgraded(), port = dovecot.imap): Promise<ImapClient> {
  return ImapClient.open(await connect({ host: "127.0.0.1", port }), options);
}

/** A connection of alice. */
async function alice(options?: ImapClientOptions): Promise<ImapClient> {
  const client = await open(options);
  await client.login("alice", "secret1");
  return client;
}

describe("coming in", () => {
  test("upgrades by STARTTLS, and logs in by LOGIN and by AUTHENTICATE", async () => {
    for (const mechanism of [plainClient, loginClient]) {
      const client = await open();
      expect(client.info.secure).toBe(true);
      expect(client.capabilities).toContain("IMAP4REV1");
      await client.authenticate(mechanism({ user: "alice", password: new Secret("secret1") }));
      expect(client.state).toBe("authenticated");
      await client.logout();
    }
    const client = await alice();
    expect(client.state).toBe("authenticated");
    await client.logout();
  });

  test("speaks TLS from the first byte, and in clear when it may", async () => {
    const tls = { ca: dovecot.certificate.cert };
    const implicit = await connect({ host: "127.0.0.1", port: dovecot.imaps, mode: "implicit", serverName: "localhost", tls });
    for (const client of [await ImapClient.open(implicit), await open({ allowPlaintext: true })]) {
      await client.login("alice", "secret1");
      expect((await client.select("inbox")).name.raw).toBe("INBOX");
      await client.logout();
    }
  });

  test("trusts no certificate that it was not told to trust, nor one of another name", async () => {
    await expect(open({ serverName: "localhost" })).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
    await expect(open({ ...upgraded(), serverName: "mail.example" })).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
  });

  test("is told of a wrong password, and may try again", async () => {
    const client = await open();
    await expect(client.login("alice", "wrong")).rejects.toBeInstanceOf(ImapResponseError);
    const refused = client.authenticate(plainClient({ user: "alice", password: "wrong" }));
    await expect(refused).rejects.toMatchObject({ code: { type: "AUTHENTICATIONFAILED" } });
    await client.login("alice", "secret1");
    await client.logout();
  });
});

describe("mailboxes", () => {
  test("are made, renamed, subscribed to, counted and removed", async () => {
    const client = await alice();
    await client.create("work/2024");
    await client.rename("work/2024", "work/old");
    await client.subscribe("work/old");
    const listed = await client.list("work/%");
    expect(listed.map(({ mailbox, delimiter }) => [mailbox.name, delimiter])).toEqual([["work/old", "/"]]);
    expect((await client.lsub()).map(({ mailbox }) => mailbox.name)).toEqual(["work/old"]);
    expect(await client.list("", "")).toMatchObject([{ delimiter: "/" }]);
    await client.append("work/old", message("counted"));
    const { items } = await client.status("work/old", ["MESSAGES", "UNSEEN", "UIDNEXT"]);
    expect(items).toEqual([
      { type: "MESSAGES", value: 1 },
      { type: "UIDNEXT", value: 2 },
      { type: "UNSEEN", value: 1 },
    ]);
    expect(await dovecot.doveadm("mailbox", "list", "-u", "alice", "-s")).toBe("work/old\n");
    await client.unsubscribe("work/old");
    await client.delete("work/old");
    await expect(client.select("work/old")).rejects.toMatchObject({ command: "SELECT", response: { status: "NO" } });
    await expect(client.create("INBOX")).rejects.toBeInstanceOf(ImapResponseError);
    await client.logout();
  });

  test.each(["Entwürfe", "日本語/台北 & more", 'with "quotes" and \\ and (parentheses)', "100% *{5}", "mail@[x]~", "😀"])(
    "may be called %j",
    async (name) => {
      const client = await alice();
      await client.create(name);
      await client.append(name, message("here"));
      expect((await client.select(name)).exists).toBe(1);
      expect((await client.list()).map(({ mailbox }) => mailbox.name)).toContain(name);
      const [listed] = (await client.list(mailboxName(name))).filter(({ mailbox }) => mailbox.name === name);
      expect(listed?.mailbox).toEqual(mailboxName(name));
      expect((await client.status(name, ["MESSAGES"])).mailbox.name).toBe(name);
      const known = Buffer.from(await dovecot.doveadm("mailbox", "list", "-u", "alice"), "latin1").toString();
      expect(known.split("\n")).toContain(name);
      await client.examine("INBOX");
      await client.delete(name);
      await client.logout();
    },
  );
});

test("two connections see what each other does", async () => {
  const told: string[] = [];
  const [mine, yours] = [await alice({ ...upgraded(), onUntagged: ({ type }) => told.push(type) }), await alice()];
  await mine.create("shared");
  await mine.append("shared", message("first"));
  const mailbox = await mine.select("shared");
  await yours.select("shared");
  await yours.append("shared", message("second"));
  await mine.noop();
  expect(mailbox.exists).toBe(2);
  await yours.store(1, "add", ["\\Deleted", "\\Seen"]);
  await mine.noop();
  expect(told).toContain("FETCH");
  expect(await mine.search("DELETED")).toEqual([1]);
  expect(await yours.expunge()).toEqual([1]);
  await mine.noop();
  expect(told).toContain("EXPUNGE");
  expect(mailbox.exists).toBe(1);
  expect((await mine.examine("shared")).access).toBe("read-only");
  expect(await mine.store(1, "add", ["\\Flagged"])).toEqual([]);
  expect(await dovecot.stored("shared", "uid flags")).toEqual(["uid=2 flags="]);
  await Promise.all([mine.logout(), yours.logout()]);
});

test("says many commands without waiting, and each has its own answer", async () => {
  const client = await alice();
  const [, selected, found, counted] = await Promise.all([
    client.create("pipelined").then(() => client.append("pipelined", message("one"))),
    client.select("INBOX"),
    client.list("INBOX"),
    client.status("INBOX", ["MESSAGES"]),
    client.noop(),
  ]);
  expect(selected).toBeInstanceOf(SelectedMailbox);
  expect(found).toHaveLength(1);
  expect(counted.items).toHaveLength(1);
  await client.select("pipelined");
  await client.append("pipelined", message("two"));
  const subjects = [client.search("SUBJECT one"), client.search("SUBJECT two"), client.uidSearch("ALL")];
  const fetched = ["ENVELOPE", "UID", "FLAGS"].map((items) => collect(client.fetch("1:2", items)));
  const flagged = [client.store(1, "add", ["\\Flagged"]), client.store("1:2", "add", ["\\Answered"])];
  expect(await Promise.all(subjects)).toEqual([[1], [2], [1, 2]]);
  expect((await Promise.all(fetched)).map((answer) => answer.map(({ items }) => items.map(({ type }) => type)))).toEqual([
    [["ENVELOPE"], ["ENVELOPE"]],
    [["UID"], ["UID"]],
    [["FLAGS"], ["FLAGS"]],
  ]);
  expect((await Promise.all(flagged)).map((answer) => answer.map(({ sequenceNumber }) => sequenceNumber))).toEqual([[1], [1, 2]]);
  const refused = [client.select("nowhere"), client.raw("XNOSUCH command"), client.noop()];
  expect((await Promise.allSettled(refused)).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  const { untagged } = await client.raw("NAMESPACE");
  expect(untagged.map(({ type }) => type)).toEqual(["NAMESPACE"]);
  await client.logout();
});
