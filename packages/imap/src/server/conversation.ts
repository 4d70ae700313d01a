// What the answers to all commands share: the way to the client, who is logged in, and the mailbox that is selected.

import { offeredMechanisms, plainServer, type SaslServerMechanism } from "@mailwire/sasl";
import type { Driver } from "@mailwire/transport";
import { ProtocolError, type TransportInfo } from "@mailwire/wire";
import type { MailboxName } from "../codec/mailbox-name.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import type { UntaggedData } from "../session/untagged-data.ts";
import type { State } from "../session/state.ts";
import type { ServerSession } from "../session/server-session.ts";
import type { ImapAccount, ImapMailbox, MailboxAccess, MessageFlags } from "./backend.ts";
import type { ImapContext, ImapServerOptions } from "./options.ts";

/** Who is logged in. */
interface Login {
  readonly identity: string;
  readonly account: ImapAccount;
}

/** A mailbox that is selected. */
export interface Selected {
  readonly name: MailboxName;
  readonly mailbox: ImapMailbox;
  readonly access: MailboxAccess;
}

/** Output that may wait unsent while a long answer is made. */
const WINDOW_BYTES = 65_536;

/** One connection's conversation, as the functions that answer commands see it. */
export class Conversation implements ImapContext {
  readonly driver: Driver<ServerEvent, ServerIntent>;
  readonly options: ImapServerOptions;
  readonly mechanisms: readonly SaslServerMechanism[];
  /** True where STARTTLS can be had. */
  readonly upgradable: boolean;
  readonly #session: ServerSession;
  #login: Login | undefined;
  #selected: Selected | undefined;
  #unsent = 0;
  /** True while the client idles: BYE may be said at once. */
  isIdling = false;

  constructor(session: ServerSession, driver: Driver<ServerEvent, ServerIntent>, options: ImapServerOptions, upgradable: boolean) {
    this.#session = session;
    this.driver = driver;
    this.options = options;
    this.upgradable = upgradable;
    this.mechanisms = options.mechanisms ?? [plainServer(options.backend.verifyPassword)];
  }

  get info(): TransportInfo {
    return this.driver.info;
  }

  get state(): State {
    return this.#session.state;
  }

  get identity(): string | undefined {
    return this.#login?.identity;
  }

  get selected(): { readonly mailbox: MailboxName; readonly access: MailboxAccess } | undefined {
    return this.#selected === undefined ? undefined : { mailbox: this.#selected.name, access: this.#selected.access };
  }

  /** The account of who is logged in. */
  get account(): ImapAccount {
    if (this.#login === undefined) throw outOfPlace("nobody is logged in");
    return this.#login.account;
  }

  /** The selected mailbox. */
  get current(): Selected {
    if (this.#selected === undefined) throw outOfPlace("no mailbox is selected");
    return this.#selected;
  }

  /** True when credentials may be sent in clear on this connection. */
  get mayShowPasswords(): boolean {
    return this.info.secure || this.options.allowPlaintextAuth === true;
  }

  /** The mechanisms that AUTHENTICATE takes on this connection. */
  get offered(): readonly SaslServerMechanism[] {
    const { mayShowPasswords, info } = this;
    return offeredMechanisms(this.mechanisms, { mayShowPasswords, ...(info.tls !== undefined && { tls: info.tls }) });
  }

  /** Opens the account of `identity`. */
  async logIn(identity: string): Promise<void> {
    this.#login = { identity, account: await this.options.backend.openAccount(identity) };
  }

  /** Selects a mailbox, or none; what was selected is closed before. */
  async select(open?: () => Promise<Selected>): Promise<void> {
    const before = this.#selected;
    this.#selected = undefined;
    await before?.mailbox.close();
    this.#selected = await open?.();
  }

  /** Says an untagged response. */
  tell(response: UntaggedData): void {
    this.driver.send({ type: "response", response });
  }

  /** Waits for the client where much is unsent; `bytes` is about what was just told. */
  async pace(bytes: number): Promise<void> {
    this.#unsent += bytes;
    if (this.#unsent < WINDOW_BYTES) return;
    this.#unsent = 0;
    await this.driver.flush();
  }

  /** Tells what changed in the selected mailbox, as far as that may be told now. */
  async update(allow: "with-expunges" | "without-expunges"): Promise<void> {
    if (this.#selected === undefined) return;
    const { mailbox } = this.#selected;
    const updates = await mailbox.poll(allow);
    // Numbers have settled once the rest is told, so flags come last.
    for (const update of updates) if (update.type !== "flags") this.tell(update);
    for (const update of updates) if (update.type === "flags") this.#tellFlags(mailbox, update);
  }

  #tellFlags({ uids }: ImapMailbox, { uid, flags }: MessageFlags): void {
    const index = indexOf(uids, uid);
    if (index >= 0) this.tell({ type: "FETCH", sequenceNumber: index + 1, items: [{ type: "FLAGS", flags }] });
  }

  /** Gives back what is held, after the connection is over. */
  async release(): Promise<void> {
    try {
      await this.select();
    } finally {
      await this.#login?.account.close?.();
    }
  }
}

/** Index of `uid` among ascending UIDs, or -1. */
export function indexOf(uids: readonly number[], uid: number): number {
  const at = lowerBound(uids, uid);
  return uids[at] === uid ? at : -1;
}

/** Index of the first of ascending UIDs that is `uid` or more. */
export function lowerBound(uids: readonly number[], uid: number): number {
  let low = 0;
  for (let high = uids.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((uids[middle] ?? Infinity) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}

function outOfPlace(what: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", what);
}
