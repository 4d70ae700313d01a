// What a served connection is told: what it offers, who stands behind it, and the hooks.

import type { SaslServerMechanism } from "@mailwire/sasl";
import type { Split } from "@mailwire/transport";
import type { Observer, TransportInfo } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import type { MailboxName } from "../codec/mailbox-name.ts";
import type { ServerLimits } from "../session/limits.ts";
import type { Condition } from "../session/server-events.ts";
import type { State } from "../session/state.ts";
import type { ImapBackend, MailboxAccess } from "./backend.ts";

/** How a command is answered. */
export interface Completion extends Condition {
  /** The word of the tagged response. */
  readonly status: "OK" | "NO" | "BAD";
}

/** What hooks may know of a connection. */
export interface ImapContext {
  /** Facts about the transport. */
  readonly info: TransportInfo;
  /** Where the conversation stands. */
  readonly state: State;
  /** Who is logged in. */
  readonly identity: string | undefined;
  /** The mailbox that is selected, and how. */
  readonly selected: { readonly mailbox: MailboxName; readonly access: MailboxAccess } | undefined;
}

/**
 * What a hook makes of a command: a completion takes the place of all that would follow (OK to STARTTLS, LOGOUT, LOGIN, AUTHENTICATE, SELECT, EXAMINE,
 * IDLE or an APPEND cannot be given so, and becomes NO); `"drop"` drops the connection; `split` sends what is answered, `answer` or the usual, in pieces
 * with pauses between them.
 */
export type Intervention = Completion | "drop" | { readonly split: Split; readonly answer?: Completion } | undefined;

/** How `serveImap` serves. */
export interface ImapServerOptions {
  /** Accounts and their mail. */
  readonly backend: ImapBackend;
  /** The name in the greeting; default `localhost`. */
  readonly hostname?: string;
  /**
   * What AUTHENTICATE offers; default PLAIN, checked by the backend. They are offered wherever they can be used, but those that show a password
   * only where that is allowed.
   */
  readonly mechanisms?: readonly SaslServerMechanism[];
  /** Capabilities told beside those that the server has by itself, for what `onCommand` adds. */
  readonly capabilities?: readonly string[];
  /**
   * Sees each command before it is answered, and may delay that, replace the answer, split it or drop the connection.
   */
  readonly onCommand?: (command: Command, context: ImapContext) => Promise<Intervention> | Intervention;
  /** Told what the backend and the hooks throw, other than `ImapRefusal`. */
  readonly onError?: (error: unknown) => void;
  /** TLS options for the transport's upgrade; STARTTLS is offered where they are given and the transport can do it. */
  readonly tls?: unknown;
  /** Lets clients log in without TLS: whoever sees the bytes on the way learns the passwords. */
  readonly allowPlaintextAuth?: boolean;
  /** See {@link ServerLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
  /** Sees each unit of the dialogue, secrets wrapped. */
  readonly observe?: Observer;
}
