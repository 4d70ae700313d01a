// A mail to be sent, what became of it, and the MAIL and RCPT commands that say it.

import { ProtocolError } from "@mailwire/wire";
import type { MailCommand, RcptCommand } from "../codec/command.ts";
import type { ExtensionKeyword, Extensions } from "../codec/extensions.ts";
import { encodeMailParameters, type MailParameters } from "../codec/mail-parameters.ts";
import { type Parameter, parameter } from "../codec/parameters.ts";
import { type ForwardPath, forwardPath, reversePath } from "../codec/path.ts";
import { encodeRcptParameters, type RcptParameters } from "../codec/rcpt-parameters.ts";
import type { Reply } from "../codec/reply.ts";

/** A recipient with parameters of its own: NOTIFY and ORCPT typed, others as they are. */
export interface Recipient extends RcptParameters {
  /** As RFC 5321 has it, without brackets. */
  readonly address: string;
  /** Further parameters for RCPT. */
  readonly parameters?: readonly Parameter[];
}

/** A message (as it is, RFC 5322) and its envelope. Parameters of MAIL that are set need their extension. */
export interface Mail extends Omit<MailParameters, "body" | "smtputf8" | "auth"> {
  /** Who gets the bounces; `""` for nobody. */
  readonly from: string;
  /** Who gets the message; at least one. */
  readonly to: readonly (string | Recipient)[];
  /**
   * The message, whole or in chunks cut anywhere (a ReadableStream will do where it can be iterated), whose bytes must not change until it was sent.
   * Lines end with CRLF; the option `lineEnds` of the client says what happens to others.
   */
  readonly body: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Size of a message in chunks, where it is known: the server can refuse it before it is sent. */
  readonly sizeBytes?: number;
  /** What a message in chunks consists of, where it is known; of a whole one it is found out, except that it is binary, which needs BDAT. */
  readonly bodyType?: MailParameters["body"];
  /** True when the header of the message needs RFC 6531; addresses beyond ASCII need it in any case. */
  readonly smtputf8?: boolean;
  /** Who submitted the message first, for a server that trusts this client; `""`: nobody vouches for it. */
  readonly auth?: string;
  /** Further parameters for MAIL. */
  readonly parameters?: readonly Parameter[];
  /** `BDAT` sends it in chunks of known size where the server offers CHUNKING; default `DATA`, unless it is binary. */
  readonly bodyCommand?: "DATA" | "BDAT";
  /** Is told how many bytes of the message were handed over so far. */
  readonly onProgress?: (sentBytes: number) => void;
  /** Gives up, also while the mail waits for its turn; once begun, that costs the connection. */
  readonly signal?: AbortSignal;
}

/** What the server said about one recipient. */
export interface RecipientResult {
  /** Whom it is about. */
  readonly address: ForwardPath;
  /** By the code of the reply: `deferred` (4yz) may be tried again. */
  readonly status: "accepted" | "deferred" | "refused";
  /** What was said. */
  readonly reply: Reply;
}

/** A mail that was taken for at least one recipient. */
export interface SendResult {
  /** The answer to the message; in LMTP the first that was positive. */
  readonly reply: Reply;
  /** What became of each recipient, in the order of `to`; in LMTP after the message was answered for each. */
  readonly recipients: readonly RecipientResult[];
  /**
   * Length of the longest line that was sent, without its line end. Beyond `MAX_TEXT_LINE_BYTES` of `./codec` it is longer than RFC 5321 allows,
   * and a server on the way may have cut it.
   */
  readonly longestLineBytes: number;
}

/** The commands of a transaction. */
export interface Transaction {
  readonly mail: MailCommand;
  readonly recipients: readonly RcptCommand[];
  readonly bodyCommand: "DATA" | "BDAT";
}

/** What became of a recipient by the reply about it. */
export function recipientResult(address: ForwardPath, reply: Reply): RecipientResult {
  return { address, status: reply.code < 300 ? "accepted" : reply.code < 500 ? "deferred" : "refused", reply };
}

/**
 * The commands for `mail` with the parameters that the server can use. Throws a local `ProtocolError`: `bad-address`, `bad-parameter`,
 * `no-recipients`, `message-too-large` and `too-many-recipients` (for what the server named as its limits), `smtputf8-needed` and
 * `extension-needed` (and not offered).
 */
export function transactionOf(mail: Mail, extensions: Extensions): Transaction {
  const recipients: RcptCommand[] = [];
  for (const to of mail.to) recipients.push(rcptCommand(typeof to === "string" ? { address: to } : to, extensions));
  if (recipients.length === 0) throw new ProtocolError("local", "no-recipients", "a mail needs a recipient");
  const { RCPTMAX: most = Infinity } = extensions.limits;
  if (recipients.length > most) throw new ProtocolError("local", "too-many-recipients", `the server takes ${most} recipients at once`);
  const path = reversePath(mail.from);
  const needsUtf8 = mail.smtputf8 === true || isBeyondAscii(path) || recipients.some((recipient) => isBeyondAscii(recipient.path));
  const type = bodyType(mail, extensions);
  const bodyCommand = type === "BINARYMIME" ? "BDAT" : (mail.bodyCommand ?? "DATA");
  return {
    mail: { verb: "MAIL", path, parameters: mailParameters(mail, extensions, type, needsUtf8 ? smtputf8(extensions) : undefined) },
    recipients,
    bodyCommand: extensions.has("CHUNKING") ? bodyCommand : "DATA",
  };
}

function rcptCommand({ address, parameters, notify, orcpt }: Recipient, extensions: Extensions): RcptCommand {
  if (notify !== undefined || orcpt !== undefined) need("DSN", extensions);
  return { verb: "RCPT", path: forwardPath(address), parameters: withOthers(encodeRcptParameters({ notify, orcpt }), parameters) };
}

/** Adds parameters that the caller wrote. Whatever cannot be said must be noticed before anything is. */
function withOthers(known: Parameter[], others: readonly Parameter[] = []): readonly Parameter[] {
  for (const { keyword, value } of others) known.push(parameter(keyword, value));
  return known;
}

/** The parameters that were asked for, each of which needs its extension, and those that follow from the message. */
function mailParameters(mail: Mail, extensions: Extensions, body: MailParameters["body"], utf8: true | undefined): readonly Parameter[] {
  const { ret, envid, requiretls, by, mtPriority, holdForSeconds, holdUntil, solicit } = mail;
  for (const [name, keyword] of NEEDED) if (mail[name] !== undefined) need(keyword, extensions);
  const auth = mail.auth === undefined ? undefined : reversePath(mail.auth);
  const sizeBytes = messageSize(mail, extensions);
  const asked = { sizeBytes, body, smtputf8: utf8, auth, ret, envid, requiretls, by, mtPriority, holdForSeconds, holdUntil, solicit };
  return withOthers(encodeMailParameters(asked), mail.parameters);
}

/** The extension that each parameter needs. */
const NEEDED = [
  ["ret", "DSN"],
  ["envid", "DSN"],
  ["requiretls", "REQUIRETLS"],
  ["by", "DELIVERBY"],
  ["mtPriority", "MT-PRIORITY"],
  ["holdForSeconds", "FUTURERELEASE"],
  ["holdUntil", "FUTURERELEASE"],
  ["solicit", "NO-SOLICITING"],
  ["auth", "AUTH"],
] as const satisfies readonly (readonly [keyof Mail, ExtensionKeyword])[];

function need(keyword: ExtensionKeyword, extensions: Extensions): void {
  if (extensions.has(keyword)) return;
  throw new ProtocolError("local", "extension-needed", `the mail needs ${keyword}, which the server does not offer`);
}

/** SIZE, RFC 1870. Stuffing does not count. */
function messageSize(
  { body, sizeBytes = body instanceof Uint8Array ? body.length : undefined }: Mail,
  extensions: Extensions,
): number | undefined {
  if (sizeBytes === undefined || !extensions.has("SIZE")) return undefined;
  const { maxMessageBytes = Infinity } = extensions;
  if (sizeBytes > maxMessageBytes) {
    throw new ProtocolError("local", "message-too-large", `the server takes ${maxMessageBytes} bytes, the message has ${sizeBytes}`);
  }
  return sizeBytes;
}

/** BODY, RFC 6152 and RFC 3030. A server without 8BITMIME gets the message as it is: most carry eight bits, and nobody here can convert it. */
function bodyType({ body, bodyType: type }: Mail, extensions: Extensions): MailParameters["body"] {
  if (type === "BINARYMIME") {
    need("BINARYMIME", extensions);
    need("CHUNKING", extensions);
    return type;
  }
  if (!extensions.has("8BITMIME")) return undefined;
  return type ?? (body instanceof Uint8Array && hasHighBytes(body) ? "8BITMIME" : undefined);
}

/** SMTPUTF8, RFC 6531. */
function smtputf8(extensions: Extensions): true {
  if (extensions.has("SMTPUTF8")) return true;
  throw new ProtocolError("local", "smtputf8-needed", "the mail needs SMTPUTF8, which the server does not offer");
}

function isBeyondAscii(address: string): boolean {
  return /[^\0-\x7f]/.test(address);
}

/** Looks at sixteen bytes at a time where they are aligned: byte by byte this would take longer than to write the message. */
function hasHighBytes(bytes: Uint8Array): boolean {
  const head = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let seen = 0;
  for (let at = 0; at < words.length; at += 4)
    seen |= (words[at] ?? 0) | (words[at + 1] ?? 0) | (words[at + 2] ?? 0) | (words[at + 3] ?? 0);
  for (let at = 0; at < head; at += 1) seen |= bytes[at] ?? 0;
  for (let at = head + words.length * 4; at < bytes.length; at += 1) seen |= bytes[at] ?? 0;
  return (seen & HIGH_BITS) !== 0;
}

const HIGH_BITS = 0x80808080;
