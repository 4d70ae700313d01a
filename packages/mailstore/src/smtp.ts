/**
 * Delivers from SMTP into a store: handlers for `serveSmtp`.
 * @packageDocumentation
 */
import { domainOf, localPartOf, reply, type ForwardPath, type Reply } from "@mailwire/smtp/codec";
import type { Envelope, MessageBody, RcptRequest, SmtpPeer, SmtpServerHandlers } from "@mailwire/smtp/server";
import { endHeader } from "./header-end.ts";
import { INBOX } from "./mailbox-name.ts";
import { StoreError } from "./store-error.ts";
import type { Account, Mailbox, MessageContent, Store } from "./store.ts";
import { traceFields } from "./trace-fields.ts";

export { ReceivedCounter } from "./received-counter.ts";
export { receivedField, type Trace } from "./trace-fields.ts";

/** How to deliver. */
export interface DeliveryOptions {
  /** The name of this server for the Received field. */
  readonly hostname: string;
  /** The domains whose mail is taken, in any case. A user `name` gets the mail for `name@` any of them; `postmaster` needs no domain. */
  readonly domains: readonly string[];
  /** The clock of the Received field, milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
}

/** The two handlers that a delivery consists of. */
export type DeliveryHandlers = Required<Pick<SmtpServerHandlers, "onRcpt" | "onMessage">>;

/**
 * Handlers that take mail for the users of a store and put it into their INBOX, each message once per user, with Return-Path and Received
 * in front (RFC 5321 section 4.4). A message streams into the store; it is delivered to all its recipients or, when one has no room, to none. By
 * LMTP (RFC 2033) each recipient has an answer of its own, so that one without room does not keep it from the others.
 */
export function deliverInto(store: Store, options: DeliveryOptions): DeliveryHandlers {
  const domains = new Set(options.domains.map((domain) => domain.toLowerCase()));
  const accountOf = async (path: ForwardPath): Promise<Account | undefined> => store.account(unquoted(localPartOf(path)));
  return {
    onRcpt: async ({ path }: RcptRequest) => {
      const domain = domainOf(path)?.toLowerCase();
      if (domain !== undefined && !domains.has(domain)) return NO_RELAY;
      return (await accountOf(path)) === undefined ? NO_USER : undefined;
    },
    onMessage: async (envelope: Envelope, body: MessageBody, peer: SmtpPeer) => {
      const accounts = await Promise.all(envelope.recipients.map(({ path }) => accountOf(path)));
      const byLmtp = peer.hello?.verb === "LHLO";
      if (!byLmtp && accounts.includes(undefined)) return NO_USER;
      const trace = traceFields({ envelope, peer, hostname: options.hostname, now: (options.now ?? Date.now)() });
      return answering(async () => {
        const content = await store.receive(following(trace, endHeader(body)));
        return byLmtp ? appendToEach(accounts, content) : appendToAll(accounts, content);
      });
    },
  };
}

const NO_USER = reply(550, "No such user here", "5.1.1");
const NO_RELAY = reply(550, "Relaying denied", "5.7.1");
const TOO_LARGE = reply(552, "Message too large", "5.3.4");
const DELIVERED = reply(250, "Delivered", "2.1.5");
const NO_ROOM = reply(452, "Mailbox full", "4.2.2");
const BUSY = reply(452, "Too much mail at once", "4.3.1");

/** Runs a delivery; what the store refuses becomes a reply. */
async function answering<T>(deliver: () => Promise<T>): Promise<T | Reply> {
  try {
    return await deliver();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === "too-large") return TOO_LARGE;
    if (error.code === "over-quota") return NO_ROOM;
    if (error.code === "busy") return BUSY;
    throw error;
  }
}

/** Appends to all accounts, once each, or takes back what was done: a client that is told to try again must not deliver twice. */
async function appendToAll(accounts: readonly (Account | undefined)[], content: MessageContent): Promise<undefined> {
  const done: { readonly mailbox: Mailbox; readonly uid: number }[] = [];
  try {
    for (const account of byUser(accounts).values()) {
      const mailbox = await account.mailbox(INBOX);
      done.push({ mailbox, uid: (await mailbox.append(content)).uid });
    }
  } catch (error) {
    for (const { mailbox, uid } of done) await mailbox.remove([uid]);
    throw error;
  }
}

/** Appends to each account on its own, once each; the answer for every recipient. */
async function appendToEach(accounts: readonly (Account | undefined)[], content: MessageContent): Promise<readonly Reply[]> {
  const answers = new Map<string, Reply>();
  for (const [user, account] of byUser(accounts)) {
    const append = async (): Promise<unknown> => (await account.mailbox(INBOX)).append(content);
    answers.set(user, (await answering(() => append().then(() => undefined))) ?? DELIVERED);
  }
  return accounts.map((account) => (account && answers.get(account.user)) ?? NO_USER);
}

function byUser(accounts: readonly (Account | undefined)[]): ReadonlyMap<string, Account> {
  return new Map(accounts.filter((account) => account !== undefined).map((account) => [account.user, account]));
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}

// Quoted-string = DQUOTE *QcontentSMTP DQUOTE: the quotes are not part of the name.
function unquoted(localPart: string): string {
  return localPart.startsWith('"') ? localPart.slice(1, -1).replace(/\\(.)/g, "$1") : localPart;
}
