// What an application gives a POP3 server.

import type { SaslServerMechanism, VerifyPassword } from "@mailwire/sasl";
import type { LineEndPolicy, Observer, Secret, TransportInfo } from "@mailwire/wire";
import type { Split } from "@mailwire/transport";
import type { Capability, Expire, Utf8Support } from "../codec/capabilities.ts";
import type { Command } from "../codec/command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerLimits } from "../session/limits.ts";
import type { State } from "../session/state.ts";
import type { Awaitable, WordedAnswer } from "./answer.ts";
import type { Pop3Languages } from "./language.ts";
import type { LoginDelays } from "./login-delays.ts";
import type { Maildrop } from "./maildrop.ts";

/** What handlers may know of a connection. */
export interface Pop3Context {
  /** Who is at the other end. */
  readonly info: TransportInfo;
  /** The state that the last answer led to. */
  readonly state: State;
  /** Who is logged in. */
  readonly identity?: string;
  /** The language that was chosen by LANG. */
  readonly language?: string;
}

/** An answer of the application's own: a reply alone, or with lines or a message behind it. */
export type OwnAnswer = Reply | WordedAnswer;

/**
 * What a hook makes of a command: its own answer in place of all that would follow, `drop` to drop the connection, nothing to let it be
 * answered; or how the bytes of the answer are cut and with what pauses they leave, be it the server's or its own.
 */
export type Intervention = OwnAnswer | "drop" | { readonly split: Split; readonly answer?: OwnAnswer } | undefined;

/** What a server is made of. A handler that throws yields `-ERR [SYS/TEMP]`. */
export interface Pop3ServerOptions {
  /** Checks a password: for USER and PASS, and for AUTH PLAIN unless `mechanisms` says otherwise. */
  readonly verify: VerifyPassword;
  /**
   * Opens and locks the maildrop of an identity that `verify` or a mechanism gave; `in-use` when somebody else has the lock, a negative reply for
   * any other reason (`SYS/PERM`: not before somebody does something about it).
   */
  readonly open: (identity: string, context: Pop3Context) => Promise<Maildrop | "in-use" | Reply>;
  /** Gives the secret of a user for APOP; `undefined` refuses. Its presence puts a timestamp into the greeting. The identity is the name. */
  readonly apopSecret?: (user: string) => Promise<Secret<string> | undefined>;
  /** What AUTH offers, by default PLAIN: wherever they can be used, but those that show a password only where that is allowed. */
  readonly mechanisms?: readonly SaslServerMechanism[];
  /**
   * Sees each command before it is answered, and may take its time. An answer of its own is all that happens: a PASS granted so opens no maildrop, a
   * QUIT answered so removes nothing.
   */
  readonly onCommand?: (command: Command, context: Pop3Context) => Awaitable<Intervention>;
  /** Told what handlers throw. */
  readonly onError?: (error: unknown) => void;
  /** The name in the greeting and its timestamp; `localhost` by default. */
  readonly hostname?: string;
  /** Options for the platform's TLS; their presence offers STLS. */
  readonly tls?: unknown;
  /** True to let clients log in without TLS by USER and PASS, APOP, and mechanisms that show a password. */
  readonly allowPlaintextAuth?: boolean;
  /** Delays between two logins of a user, told by LOGIN-DELAY and enforced. Give the same object to all connections. */
  readonly loginDelays?: LoginDelays;
  /** Milliseconds that the answer to a failed login waits, times the failures of the connection so far; nobody else waits. Default 1000. */
  readonly failedLoginDelayMs?: number;
  /** Milliseconds that each answer waits once the client made more than `afterErrors` errors; default 1000 after 10, as Postfix does. */
  readonly errorDelay?: { readonly afterErrors: number; readonly ms: number };
  /** How long messages stay, told by EXPIRE; `identity` is `undefined` before the login. */
  readonly expire?: (identity: string | undefined) => Expire | undefined;
  /** What the server is, told by IMPLEMENTATION. */
  readonly implementation?: string;
  /** Offers UTF8, with `user` also for names and passwords, which `verify` and `apopSecret` see prepared by SASLprep (RFC 6856 section 2.2). */
  readonly utf8?: Utf8Support;
  /** Offers LANG. */
  readonly languages?: Pop3Languages;
  /** Told by CAPA beside what the server has by itself, for what `onCommand` adds. */
  readonly capabilities?: readonly Capability[];
  /** What becomes of bare CR and bare LF in messages; `normalize` by default. */
  readonly bodyLineEnds?: LineEndPolicy;
  /** See {@link ServerLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Sees each unit of the dialogue, secrets wrapped. */
  readonly observe?: Observer;
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
}
