import { Secret } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedFlags, type Flag, type FlagAction } from "./flag.ts";
import { MailboxView, type ExpungePolicy } from "./mailbox-view.ts";
import { MemoryStore } from "./memory.ts";
import type { Mailbox, StoredMessage } from "./store.ts";

const NONE = { first: 1, end: 1 };
const view = (uids: readonly number[], recent = NONE): MailboxView =>
  new MailboxView(
    uids.map((uid) => ({ uid, flags: [] })),
    recent,
  );
const message = (uid: number, flags: readonly Flag[] = []): StoredMessage => ({
  uid,
  flags,
  internalDate: { epochMs: 0, zoneMinutes: 0 },
  content: { size: 0, async *read() {} },
});

describe("MailboxView", () => {
  test("tells expunges from the highest number down, and only when allowed", () => {
    const seen = view([10, 20, 30, 40]);
    for (const uid of [20, 40]) seen.apply({ type: "removed", uid });
    expect(seen.poll("without-expunges")).toEqual([]);
    expect(seen.uids).toEqual([10, 20, 30, 40]);
    expect(seen.poll("with-expunges")).toEqual([
      { type: "EXPUNGE", sequenceNumber: 4 },
      { type: "EXPUNGE", sequenceNumber: 2 },
    ]);
    expect(seen.uids).toEqual([10, 30]);
    expect(seen.poll("with-expunges")).toEqual([]);
  });

  test("EXISTS counts expunged messages until they are told", () => {
    const seen = view([1, 2]);
    seen.apply({ type: "removed", uid: 1 });
    seen.apply({ type: "appended", message: message(3) });
    expect(seen.poll("without-expunges")).toEqual([
      { type: "EXISTS", count: 3 },
      { type: "RECENT", count: 0 },
    ]);
    seen.apply({ type: "appended", message: message(4) });
    expect(seen.poll("with-expunges")).toEqual([
      { type: "EXPUNGE", sequenceNumber: 1 },
      { type: "EXISTS", count: 3 },
      { type: "RECENT", count: 0 },
    ]);
    expect(seen.uids).toEqual([2, 3, 4]);
  });

  test("says nothing of messages that came and went, nor of what was in its first look already", () => {
    const seen = view([1]);
    seen.apply({ type: "appended", message: message(1) });
    seen.apply({ type: "appended", message: message(2) });
    expect(seen.hasArrivals).toBe(true);
    seen.apply({ type: "removed", uid: 2 });
    seen.apply({ type: "removed", uid: 77 });
    expect(seen.hasArrivals).toBe(false);
    expect(seen.poll("with-expunges")).toEqual([]);
  });

  test("tells flags that others changed, once and as they are last", () => {
    const seen = view([1, 2]);
    seen.apply({ type: "flagged", uid: 2, flags: ["\\Seen"] });
    seen.apply({ type: "flagged", uid: 2, flags: ["\\Seen", "\\Flagged"] });
    seen.apply({ type: "flagged", uid: 1, flags: ["\\Seen"] });
    seen.apply({ type: "flagged", uid: 1, flags: [] });
    expect(seen.poll("without-expunges")).toEqual([{ type: "flags", uid: 2, flags: ["\\Seen", "\\Flagged"] }]);
    expect(seen.poll("without-expunges")).toEqual([]);
  });

  test("does not tell flags that the client expects, but those that it cannot", () => {
    const seen = view([1, 2, 3]);
    seen.apply({ type: "flagged", uid: 2, flags: ["\\Deleted"] });
    seen.expect(2, "add", ["\\deleted"]);
    // Somebody else had flagged it before the client deleted it silently.
    seen.apply({ type: "flagged", uid: 3, flags: ["\\Flagged", "\\Deleted"] });
    seen.expect(3, "add", ["\\Deleted"]);
    seen.expect(99, "add", ["\\Deleted"]);
    expect(seen.poll("with-expunges")).toEqual([{ type: "flags", uid: 3, flags: ["\\Flagged", "\\Deleted"] }]);
  });

  test("has flags of arrivals from when they are told", () => {
    const seen = view([]);
    seen.apply({ type: "appended", message: message(1) });
    seen.apply({ type: "flagged", uid: 1, flags: ["\\Seen"] });
    expect(seen.poll("with-expunges")).toEqual([
      { type: "EXISTS", count: 1 },
      { type: "RECENT", count: 0 },
    ]);
    seen.apply({ type: "flagged", uid: 1, flags: ["\\Seen"] });
    expect(seen.poll("with-expunges")).toEqual([]);
  });

  test("no flags are told of a message that is gone", () => {
    const seen = view([1]);
    seen.apply({ type: "flagged", uid: 1, flags: ["\\Seen"] });
    seen.apply({ type: "removed", uid: 1 });
    expect(seen.poll("without-expunges")).toEqual([]);
    expect(seen.poll("with-expunges")).toEqual([{ type: "EXPUNGE", sequenceNumber: 1 }]);
  });

  test("\\Recent belongs to who claims it, and RECENT tells when its number changes", () => {
    const seen = view([1, 2], { first: 2, end: 3 });
    expect([seen.recentCount, seen.isRecent(1), seen.isRecent(2)]).toEqual([1, false, true]);
    expect(seen.flagsOf(message(2, ["\\Seen"]))).toEqual(["\\Seen", "\\Recent"]);
    expect(seen.poll("with-expunges")).toEqual([]);
    seen.apply({ type: "appended", message: message(3) });
    seen.apply({ type: "appended", message: message(4) });
    seen.claim({ first: 4, end: 9 });
    expect(seen.poll("with-expunges")).toEqual([
      { type: "EXISTS", count: 4 },
      { type: "RECENT", count: 2 },
    ]);
    seen.apply({ type: "flagged", uid: 4, flags: ["\\Seen"] });
    seen.apply({ type: "removed", uid: 2 });
    expect(seen.poll("with-expunges")).toEqual([
      { type: "EXPUNGE", sequenceNumber: 2 },
      { type: "RECENT", count: 1 },
      { type: "flags", uid: 4, flags: ["\\Seen", "\\Recent"] },
    ]);
  });
});

function assertSame(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
}

/** A client that believes what it is told: sequence numbers, and flags of the messages that it looked at. */
class ModelClient {
  readonly uids: number[] = [];
  readonly flags = new Map<number, readonly Flag[]>();
  readonly recent = new Set<number>();
  readonly #mailbox: Mailbox;
  readonly #view: MailboxView;

  constructor(mailbox: Mailbox, view: MailboxView) {
    this.#mailbox = mailbox;
    this.#view = view;
    mailbox.watch((change) => view.apply(change));
  }

  get view(): MailboxView {
    return this.#view;
  }

  async poll(policy: ExpungePolicy): Promise<void> {
    const before = [...this.#view.uids];
    if (this.#view.hasArrivals) this.#view.claim(await this.#mailbox.claimRecent());
    assertSame(this.#view.uids, before);
    const updates = this.#view.poll(policy);
    for (const update of updates) {
      if (update.type === "EXPUNGE") {
        assertSame([policy, this.uids.length >= update.sequenceNumber], ["with-expunges", true]);
        this.uids.splice(update.sequenceNumber - 1, 1);
      } else if (update.type === "EXISTS") {
        assertSame(update.count > this.uids.length, true);
        await this.#look(this.#view.uids.slice(this.uids.length, update.count));
      } else if (update.type === "flags") {
        assertSame(this.uids.includes(update.uid), true);
        this.#learn(update.uid, update.flags);
      }
    }
    assertSame(this.uids, this.#view.uids);
  }

  /** STORE with .SILENT: the client knows only what it asked for. */
  async store(index: number, action: FlagAction, flags: readonly Flag[]): Promise<void> {
    const uid = this.uids[index % Math.max(this.uids.length, 1)];
    if (uid === undefined) return;
    for (const changed of await this.#mailbox.changeFlags([uid], action, flags)) {
      this.#view.expect(changed.uid, action, flags);
      this.flags.set(uid, changedFlags(this.flags.get(uid) ?? [], action, flags));
    }
  }

  // FETCH of UID and FLAGS: messages that are gone already have no data.
  async #look(uids: readonly number[]): Promise<void> {
    this.uids.push(...uids);
    for (const found of await this.#mailbox.messages(uids)) {
      this.#learn(found.uid, this.#view.flagsOf(found));
    }
  }

  #learn(uid: number, flags: readonly Flag[]): void {
    this.flags.set(
      uid,
      flags.filter((flag) => flag !== "\\Recent"),
    );
    if (flags.includes("\\Recent")) this.recent.add(uid);
  }
}

test("two sessions at work on one mailbox: numbers always mean what each client was told, and in the end both know all", async () => {
  const flags = fc.subarray(["\\Seen", "\\Deleted", "\\Flagged", "work"]);
  const operation = fc.record({
    client: fc.nat({ max: 1 }),
    act: fc.oneof(
      { weight: 3, arbitrary: fc.constant({ type: "append" as const }) },
      { weight: 1, arbitrary: fc.constant({ type: "expunge" as const }) },
      { weight: 2, arbitrary: fc.constantFrom({ type: "with-expunges" as const }, { type: "without-expunges" as const }) },
      {
        weight: 3,
        arbitrary: fc.record({
          type: fc.constant("store" as const),
          index: fc.nat({ max: 9 }),
          action: fc.constantFrom<FlagAction[]>("add", "remove", "replace"),
          flags,
        }),
      },
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 4 }), fc.array(operation, { maxLength: 60 }), async (atFirst, operations) => {
      const store = new MemoryStore();
      store.addUser("x", new Secret(""));
      const mailbox = await (await store.account("x"))?.mailbox("INBOX");
      if (mailbox === undefined) throw new Error("no INBOX");
      const content = await store.receive((async function* () {})());
      const clients = [0, 1].map(() => new ModelClient(mailbox, new MailboxView([], NONE)));
      for (let count = 0; count < atFirst; count += 1) await mailbox.append(content);
      for (const { client: index, act } of operations) {
        const client = clients[index];
        if (act.type === "append") await mailbox.append(content);
        else if (act.type === "expunge") await mailbox.expunge();
        else if (act.type === "store") await client?.store(act.index, act.action, act.flags);
        else await client?.poll(act.type);
      }
      const left = await mailbox.messages();
      for (const client of clients) {
        await client.poll("with-expunges");
        expect(client.uids).toEqual(left.map(({ uid }) => uid));
        expect(client.uids.map((uid) => new Set(client.flags.get(uid)))).toEqual(left.map((stored) => new Set(stored.flags)));
      }
      const [one, other] = clients;
      expect([...(one?.recent ?? [])].filter((uid) => other?.recent.has(uid))).toEqual([]);
      expect(left.every(({ uid }) => clients.some((client) => client.recent.has(uid)))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
