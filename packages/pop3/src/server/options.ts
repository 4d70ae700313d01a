// What an application gives a POP3 server.

import type { SaslServerMechanism, VerifyPassword } from "@mailwire/sasl";
import type { LineEndPolicy, Observer, Secret, TransportInfo } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import type { Reply } from "../codec/reply.ts";
import type { Maildrop } from "./maildrop.ts";
import type { ServerLimits } from "../session/limits.ts";
import type { State } from "../session/state.ts";

/** What handlers may know of a connection. */
export interface Pop3Context {
  /** Who is at the other end. */
  readonly info: TransportInfo;
  /** The state that the last answer led to. */
  readonly state: State;
  /** Who is logged in. */
  readonly identity?: string;
}

/** What a hook makes of a command: its own reply, `drop` to drop the connection, nothing to let it be answered. */
export type Intervention = Reply | "drop" | undefined;

/** What a server is made of. A handler that throws yields `-ERR [SYS/TEMP]`. */
export interface Pop3ServerOptions {
  /** Checks a password: for USER and PASS, and for AUTH PLAIN unless `mechanisms` says otherwise. */
  readonly verify: VerifyPassword;
  /** Opens and locks the maildrop of an identity that `verify` or a mechanism gave; `in-use` when somebody else has the lock. */
  readonly open: (identity: string, context: Pop3Context) => Promise<Maildrop | "in-use">;
  /** Gives the secret of a user for APOP; `undefined` refuses. Its presence puts a timestamp into the greeting. The identity is the name. */
  readonly apopSecret?: (user: string) => Promise<Secret<string> | undefined>;
  /** What AUTH offers, by default PLAIN: wherever they can be used, but those that show a password only where that is allowed. */
  readonly mechanisms?: readonly SaslServerMechanism[];
  /** Sees each command before it is answered; it may take its time. */
  readonly onCommand?: (command: Command, context: Pop3Context) => Promise<Intervention> | Intervention;
  /** Told what handlers throw. */
  readonly onError?: (error: unknown) => void;
  /** The name in the greeting and its timestamp; `localhost` by default. */
  readonly hostname?: string;
  /** Options for the platform's TLS; their presence offers STLS. */
  readonly tls?: unknown;
  /** True to let clients log in without TLS. */
  readonly allowPlaintextAuth?: boolean;
  /** What becomes of bare CR and bare LF in messages; `normalize` by default. */
  readonly bodyLineEnds?: LineEndPolicy;
  /** See {@link ServerLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Sees each unit of the dialogue, secrets wrapped. */
  readonly observe?: Observer;
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
}
