// Return-Path and Received, which a server puts in front of a message that it delivers or passes on (RFC 5321 section 4.4, RFC 3848).

import type { Envelope, SmtpPeer } from "@mailwire/smtp/server";
import { concat, utf8 } from "@mailwire/wire";

/** What the fields tell. */
export interface Trace {
  /** The transaction. */
  readonly envelope: Envelope;
  /** Who delivered. */
  readonly peer: Pick<SmtpPeer, "info" | "hello" | "identity">;
  /** Who took it. */
  readonly hostname: string;
  /** When, milliseconds since 1970. */
  readonly now: number;
}

/**
 * Both fields, for a message that is delivered, line ends included.
 *
 *     Return-path-line = "Return-Path:" FWS Reverse-path CRLF
 */
export function traceFields(trace: Trace): Uint8Array {
  return concat([utf8(`Return-Path: <${trace.envelope.from}>\r\n`), receivedField(trace)]);
}

/**
 * The field for a message that is passed on, line end included; nothing in it can end it early, whatever the client said.
 *
 *     Time-stamp-line  = "Received:" FWS "from" Extended-Domain "by" Domain ["with" Protocol] ["for" Path] ";" FWS date-time CRLF
 */
export function receivedField({ envelope, peer, hostname, now }: Trace): Uint8Array {
  const [only, ...others] = envelope.recipients;
  const recipient = only !== undefined && others.length === 0 ? `\r\n\tfor <${only.path}>` : "";
  // The only difference between RFC 5322 and what JavaScript calls a UTC string is the name of the zone.
  const date = new Date(now).toUTCString().replace("GMT", "+0000");
  return utf8(`Received: from ${introduction(peer)}\r\n\tby ${hostname} with ${protocolOf(envelope, peer)}${recipient};\r\n\t${date}\r\n`);
}

// Extended-Domain = Domain / ( Domain FWS "(" TCP-info ")" )
function introduction({ info, hello }: Trace["peer"]): string {
  const address = info.remote?.replace(/:\d+$/, "").replace(/[^0-9A-Za-z.:[\]-]/g, "");
  // A client may call itself anything; only what cannot end the field or hide in a comment is written down.
  const domain = hello !== undefined && /^[0-9A-Za-z.:[\]_-]{1,255}$/.test(hello.domain) ? hello.domain : "unknown";
  return address === undefined ? domain : `${domain} (${address.startsWith("[") ? address : `[${address}]`})`;
}

/** RFC 3848, RFC 6531 section 4.3. */
function protocolOf({ mail }: Envelope, { info, hello, identity }: Trace["peer"]): string {
  if (hello === undefined || hello.verb === "HELO") return "SMTP";
  const [plain, international] = hello.verb === "LHLO" ? ["LMTP", "UTF8LMTP"] : ["ESMTP", "UTF8SMTP"];
  return `${mail.smtputf8 === true ? international : plain}${info.secure ? "S" : ""}${identity === undefined ? "" : "A"}`;
}
