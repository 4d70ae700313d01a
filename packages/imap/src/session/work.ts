// What a server session is in the middle of: a command, and the way to TLS.

import type { Command } from "../codec/command.ts";
import { shiftsNumbers } from "./ambiguity.ts";

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
  /** IDLE: the application takes or refuses it (`offer`), DONE is awaited, or something else came. The application may tell what it likes. */
  | { readonly at: "idle"; readonly tag: string; readonly command: Command; readonly stage: "offer" | "open" | "spoilt" }
  /** The client's step in an exchange is awaited. */
  | { readonly at: "exchange"; readonly tag: string; readonly command: Command };

/** No command. */
export const REST: Work = { at: "rest" };

/** True when nothing is read before the application has answered. */
export function awaitsApplication(work: Work): boolean {
  return work.at === "answer" || work.at === "offer" || (work.at === "idle" && work.stage !== "open");
}

/** True while the client may be told that messages have lost their numbers (RFC 3501 section 7.4.1). */
export function mayExpunge(work: Work): boolean {
  return (work.at === "answer" || work.at === "idle") && shiftsNumbers(work.command);
}

/** The way to the client. */
export type Way =
  | { readonly at: "plaintext" | "secure" }
  /** STARTTLS is answered with OK; the transport is to say so. */
  | { readonly at: "upgrading"; readonly reply: Uint8Array }
  /** The transport is at it. */
  | { readonly at: "handshake" };
