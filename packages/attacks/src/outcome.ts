// How mailwire's side ended, and how that reads in one line.

import { ConnectionError, ProtocolError } from "@mailwire/wire";

/** The end of one side. */
export type Outcome =
  | { readonly type: "success" }
  /** An error of a kind that the documentation names. */
  | { readonly type: "typed"; readonly code: string; readonly error: Error }
  /** An error that nobody foresaw. */
  | { readonly type: "untyped"; readonly error: unknown }
  | { readonly type: "hang" };

/** What kind of error that is. */
export function failure(error: unknown): Outcome {
  if (error instanceof ProtocolError) return { type: "typed", code: `ProtocolError ${error.side} ${error.code}`, error };
  if (error instanceof ConnectionError) return { type: "typed", code: `ConnectionError ${error.code}`, error };
  if (error instanceof Error && /^(?:Smtp|Pop3)ReplyError$|^ImapResponseError$/.test(error.name)) {
    return { type: "typed", code: error.name, error };
  }
  return { type: "untyped", error };
}

/** In a few words. */
export function describe(outcome: Outcome): string {
  switch (outcome.type) {
    case "typed":
      return outcome.code;
    case "untyped":
      return `an error without a type: ${String(outcome.error)}`;
    default:
      return outcome.type;
  }
}
