// What a client session tells and what it can be asked to say.

import type { Secret, TlsInfo } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import type { Deviation } from "../codec/deviation.ts";
import type { ResponseEvent } from "../codec/response-event.ts";
import type { TaggedResponse, UntaggedResponse } from "../codec/responses/condition.ts";

/**
 * One thing that happened on a client's connection. `response` and the `literal-…` events are the decoder's own: untagged data in the
 * order of the wire. Tagged responses come as `completed`.
 */
export type ClientEvent =
  | ResponseEvent
  /** The first thing a server says: OK, PREAUTH or BYE. */
  | {
      readonly type: "greeting";
      readonly response: UntaggedResponse;
      readonly deviations: readonly Deviation[];
      /** Its bytes in order (views). */
      readonly raw: readonly Uint8Array[];
    }
  /** A command was answered; NO and BAD come here too. */
  | {
      readonly type: "completed";
      /** Name of the command. */
      readonly name: Command["name"];
      readonly response: TaggedResponse;
      readonly deviations: readonly Deviation[];
      /** Its bytes in order (views). */
      readonly raw: readonly Uint8Array[];
    }
  /** The server waits for (more of) the message: send `append-chunk`. One comes for each chunk that left, so waiting for it is backpressure. */
  | { readonly type: "append-ready"; readonly tag: string; /** Bytes still to send. */ readonly left: number }
  /** A step of AUTHENTICATE: answer with `auth-response` or `auth-cancel`. */
  | { readonly type: "auth-challenge"; readonly tag: string; readonly data: Uint8Array }
  /** The server idles along, and tells what is new (`response`) until `done` is sent (RFC 2177). */
  | { readonly type: "idling"; readonly tag: string }
  /** TLS is established; all that was known of the server is forgotten. */
  | { readonly type: "tls"; readonly info: TlsInfo };

/** What a client session can be asked to do. */
export type ClientIntent =
  /** Says a command; it waits in line where it must (a literal before it, RFC 3501 section 5.5). The tag is the caller's to choose. */
  | { readonly type: "command"; readonly tag: string; readonly command: Command }
  /** Sends bytes of the message that an APPEND left out; together exactly the announced size. Legal after `append-ready`. */
  | { readonly type: "append-chunk"; readonly bytes: Uint8Array }
  /** Answers `auth-challenge`. */
  | { readonly type: "auth-response"; readonly data: Uint8Array | Secret<Uint8Array> }
  /** Gives up an AUTHENTICATE exchange; the server answers BAD. */
  | { readonly type: "auth-cancel" }
  /** Ends an IDLE, which is answered then: legal from `idling` to `completed`. Commands that were said meanwhile wait in line for it. */
  | { readonly type: "done" };
