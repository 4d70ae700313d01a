// A mailbox as one session's client has been told it is: sequence numbers, and the changes still to tell (RFC 3501 sections 5.2, 5.5, 7.4.1).

import { changedFlags, sameFlags, type Flag, type FlagAction } from "./flag.ts";
import type { MailboxChange, StoredMessage, UidInterval } from "./store.ts";

/** A change to tell the client, in the words of IMAP. */
export type ViewUpdate =
  /** The message with this sequence number is gone; those after it move up. */
  | { readonly type: "EXPUNGE"; readonly sequenceNumber: number }
  /** So many messages are in view now. */
  | { readonly type: "EXISTS"; readonly count: number }
  /** So many of them are recent to this session. */
  | { readonly type: "RECENT"; readonly count: number }
  /** These are the flags of the message now, \Recent included. */
  | { readonly type: "flags"; readonly uid: number; readonly flags: readonly Flag[] };

/** Whether expunges may be told now: never while FETCH, STORE or SEARCH is answered, as the client's numbers would no longer fit. */
export type ExpungePolicy = "with-expunges" | "without-expunges";

/**
 * Follows a mailbox for one session. {@link MailboxView.apply} takes changes at any time; the client's picture, `uids` and its flags,
 * changes only in {@link MailboxView.poll} (what it returns must be told) and {@link MailboxView.expect}. Flags that a FETCH tells are not noted:
 * at worst the client hears of a change twice. Changes that are in `messages` already may be applied again, so that a session can watch first and look then.
 */
export class MailboxView {
  #uids: number[];
  /** Flags as the client knows them, by UID; without \Recent. */
  readonly #flags: Map<number, readonly Flag[]>;
  readonly #recent = new Set<number>();
  readonly #arrived = new Map<number, readonly Flag[]>();
  readonly #flagged = new Map<number, readonly Flag[]>();
  readonly #removed = new Set<number>();
  #toldRecent: number;

  /** `messages` ascend by UID; those in `recent` are \Recent to this session. */
  constructor(messages: readonly Pick<StoredMessage, "uid" | "flags">[], recent: UidInterval) {
    this.#uids = messages.map(({ uid }) => uid);
    this.#flags = new Map(messages.map(({ uid, flags }) => [uid, flags]));
    this.claim(recent);
    this.#toldRecent = this.#recent.size;
  }

  /** UIDs in view, ascending: the message with sequence number n is `uids[n - 1]`. */
  get uids(): readonly number[] {
    return this.#uids;
  }

  /** Messages in view that are \Recent to this session. */
  get recentCount(): number {
    return this.#recent.size;
  }

  /** True when messages came that the client was not told of; ask the mailbox which are recent before the next poll. */
  get hasArrivals(): boolean {
    return this.#arrived.size > 0;
  }

  /** Takes a change of the mailbox. */
  apply(change: MailboxChange): void {
    switch (change.type) {
      case "appended":
        if (!this.#flags.has(change.message.uid)) this.#arrived.set(change.message.uid, change.message.flags);
        break;
      case "flagged":
        if (this.#arrived.has(change.uid)) this.#arrived.set(change.uid, change.flags);
        else this.#flagged.set(change.uid, change.flags);
        break;
      case "removed":
        if (!this.#arrived.delete(change.uid)) this.#removed.add(change.uid);
    }
  }

  /** Makes the messages with these UIDs \Recent to this session, those that are in view or about to be. */
  claim(recent: UidInterval): void {
    for (const uids of [this.#flags.keys(), this.#arrived.keys()]) {
      for (const uid of uids) if (uid >= recent.first && uid < recent.end) this.#recent.add(uid);
    }
  }

  /** The flags of a message as this session sees them: those given, and \Recent where it is. */
  flagsOf(message: Pick<StoredMessage, "uid" | "flags">): readonly Flag[] {
    return this.#recent.has(message.uid) ? [...message.flags, "\\Recent"] : message.flags;
  }

  /** True when the message is \Recent to this session. */
  isRecent(uid: number): boolean {
    return this.#recent.has(uid);
  }

  /**
   * Notes that the client changed flags of a message. It may not be told what became of them (`FLAGS.SILENT`), so its picture is what it
   * expects; where others changed flags too, the next poll tells.
   */
  expect(uid: number, action: FlagAction, flags: readonly Flag[]): void {
    const known = this.#flags.get(uid);
    if (known !== undefined) this.#flags.set(uid, changedFlags(known, action, flags));
  }

  /** What changed since the last poll, in the order to tell; from then on it is told. */
  poll(policy: ExpungePolicy): readonly ViewUpdate[] {
    const expunges = policy === "with-expunges" ? this.#tellRemoved() : [];
    return [...expunges, ...this.#tellCounts(), ...this.#tellFlagged()];
  }

  // From the highest number down, so that each number is still right when it is told.
  #tellRemoved(): ViewUpdate[] {
    if (this.#removed.size === 0) return [];
    const expunges: ViewUpdate[] = [];
    for (let at = this.#uids.length - 1; at >= 0; at -= 1) {
      const uid = this.#uids[at];
      if (uid === undefined || !this.#removed.has(uid)) continue;
      expunges.push({ type: "EXPUNGE", sequenceNumber: at + 1 });
      this.#flags.delete(uid);
      this.#flagged.delete(uid);
      this.#recent.delete(uid);
    }
    this.#uids = this.#uids.filter((uid) => !this.#removed.has(uid));
    this.#removed.clear();
    return expunges;
  }

  #tellCounts(): ViewUpdate[] {
    const updates: ViewUpdate[] = [];
    for (const [uid, flags] of this.#arrived) {
      this.#uids.push(uid);
      this.#flags.set(uid, flags);
    }
    if (this.#arrived.size > 0) updates.push({ type: "EXISTS", count: this.#uids.length });
    // Of new messages clients expect to hear how many are recent, even when there are as many as before.
    if (updates.length > 0 || this.#recent.size !== this.#toldRecent) updates.push({ type: "RECENT", count: this.#recent.size });
    this.#arrived.clear();
    this.#toldRecent = this.#recent.size;
    return updates;
  }

  #tellFlagged(): ViewUpdate[] {
    const updates: ViewUpdate[] = [];
    for (const [uid, flags] of this.#flagged) {
      const known = this.#flags.get(uid);
      if (known === undefined || this.#removed.has(uid) || sameFlags(known, flags)) continue;
      this.#flags.set(uid, flags);
      updates.push({ type: "flags", uid, flags: this.flagsOf({ uid, flags }) });
    }
    this.#flagged.clear();
    return updates;
  }
}
