// A mail to be sent, what became of it, and the MAIL and RCPT commands that say it.

import { ProtocolError } from "@mailwire/wire";
import type { MailCommand, RcptCommand } from "../codec/command.ts";
import type { Extensions } from "../codec/extensions.ts";
import { encodeMailParameters, type MailParameters } from "../codec/mail-parameters.ts";
import type { Parameter } from "../codec/parameters.ts";
import { type ForwardPath, forwardPath, reversePath } from "../codec/path.ts";
import type { Reply } from "../codec/reply.ts";

/** A recipient with parameters of its own. */
export interface Recipient {
  /** As RFC 5321 has it, without brackets. */
  readonly address: string;
  /** For RCPT. */
  readonly parameters: readonly Parameter[];
}

/** A message (as it is, RFC 5322) and its envelope. */
export interface Mail {
  /** Who gets the bounces; `""` for nobody. */
  readonly from: string;
  /** Who gets the message; at least one. */
  readonly to: readonly (string | Recipient)[];
  /** The message, whole or in chunks cut anywhere. Lines end with CRLF; the option `lineEnds` of the client says what happens to others. */
  readonly body: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Size of a message in chunks, where it is known: the server can refuse it before it is sent. */
  readonly sizeBytes?: number;
  /** What a message in chunks consists of, where it is known; of a whole one it is found out. */
  readonly bodyType?: "7BIT" | "8BITMIME";
  /** True when the header of the message needs RFC 6531; addresses beyond ASCII need it in any case. */
  readonly smtputf8?: boolean;
  /** Further parameters for MAIL. */
  readonly parameters?: readonly Parameter[];
  /** Gives up: once begun, that costs the connection. */
  readonly signal?: AbortSignal;
}

/** What the server said about one recipient. */
export interface RecipientResult {
  /** Whom it is about. */
  readonly address: ForwardPath;
  /** By the code of the reply. */
  readonly status: "accepted" | "refused";
  /** What was said. */
  readonly reply: Reply;
}

/** A mail that was taken for at least one recipient. */
export interface SendResult {
  /** The answer to the message. */
  readonly reply: Reply;
  /** What became of each recipient, in the order of `to`. */
  readonly recipients: readonly RecipientResult[];
}

/** The commands of a transaction. */
export interface Transaction {
  readonly mail: MailCommand;
  readonly recipients: readonly RcptCommand[];
}

/**
 * The commands for `mail` with the parameters that the server can use. Throws a local `ProtocolError`: `bad-address`, `no-recipients`,
 * `message-too-large` (for what the server named as its limit), `smtputf8-needed` (and not offered).
 */
export function transactionOf(mail: Mail, extensions: Extensions): Transaction {
  const recipients = mail.to.map((to): RcptCommand => {
    const { address, parameters } = typeof to === "string" ? { address: to, parameters: [] } : to;
    return { verb: "RCPT", path: forwardPath(address), parameters };
  });
  if (recipients.length === 0) throw new ProtocolError("local", "no-recipients", "a mail needs a recipient");
  const path = reversePath(mail.from);
  const needsUtf8 =
    mail.smtputf8 === true || [path, ...recipients.map((recipient) => recipient.path)].some((address) => /[^\0-\x7f]/.test(address));
  const known = encodeMailParameters({ ...size(mail, extensions), ...body(mail, extensions), ...utf8(needsUtf8, extensions) });
  return { mail: { verb: "MAIL", path, parameters: [...known, ...(mail.parameters ?? [])] }, recipients };
}

/** SIZE, RFC 1870. Stuffing does not count. */
function size({ body, sizeBytes = body instanceof Uint8Array ? body.length : undefined }: Mail, extensions: Extensions): MailParameters {
  if (sizeBytes === undefined || !extensions.has("SIZE")) return {};
  const { maxMessageBytes = Infinity } = extensions;
  if (sizeBytes > maxMessageBytes) {
    throw new ProtocolError("local", "message-too-large", `the server takes ${maxMessageBytes} bytes, the message has ${sizeBytes}`);
  }
  return { sizeBytes };
}

/** BODY, RFC 6152. A server without it gets the message as it is: most carry eight bits, and nobody here can convert it. */
function body({ body, bodyType }: Mail, extensions: Extensions): MailParameters {
  if (!extensions.has("8BITMIME")) return {};
  const type = bodyType ?? (body instanceof Uint8Array && hasHighBytes(body) ? "8BITMIME" : undefined);
  return type === undefined ? {} : { body: type };
}

/** SMTPUTF8, RFC 6531. */
function utf8(needed: boolean, extensions: Extensions): MailParameters {
  if (!needed) return {};
  if (!extensions.has("SMTPUTF8"))
    throw new ProtocolError("local", "smtputf8-needed", "the mail needs SMTPUTF8, which the server does not offer");
  return { smtputf8: true };
}

/** Looks at four bytes at a time where they are aligned. */
function hasHighBytes(bytes: Uint8Array): boolean {
  const head = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let seen = 0;
  for (const word of words) seen |= word & 0x80808080;
  for (let at = 0; at < head; at += 1) seen |= (bytes[at] ?? 0) & 0x80;
  for (let at = head + words.length * 4; at < bytes.length; at += 1) seen |= (bytes[at] ?? 0) & 0x80;
  return seen !== 0;
}
