// What a server session is in the middle of: a command, and the way to TLS.

import type { Command } from "../codec/command.ts";

/** The command at work, and who is to speak. */
export type Work =
  | { readonly at: "rest" }
  /** The application answers. */
  | { readonly at: "answer"; readonly tag: string; readonly command: Command }
  /** The application takes or refuses an announced message. */
  | { readonly at: "offer"; readonly tag: string; readonly command: Command; readonly synchronizing: boolean }
  /** The message passes. */
  | { readonly at: "body"; readonly tag: string; readonly command: Command }
  /** The message passes, but its command is answered already. */
  | { readonly at: "drain" }
  /** The client's step in an exchange is awaited. */
  | { readonly at: "exchange"; readonly tag: string; readonly command: Command };

/** No command. */
export const REST: Work = { at: "rest" };

/** The way to the client. */
export type Way =
  | { readonly at: "plaintext" | "secure" }
  /** STARTTLS is answered with OK; the transport is to say so. */
  | { readonly at: "upgrading"; readonly reply: Uint8Array }
  /** The transport is at it. */
  | { readonly at: "handshake" };
