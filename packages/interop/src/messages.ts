// Messages for tests: small ones, one of many megabytes, one of many parts; and what fetched ones hold.

import { Readable } from "node:stream";
import type { ImapMessage } from "@mailwire/imap/client";
import { latin1, utf8 } from "@mailwire/wire";
import { expect } from "vitest";

/** A small message. */
export const message = (subject: string, body = "one line\r\n"): Uint8Array =>
  utf8(
    `From: Bob <bob@example.test>\r\nTo: alice@example.test\r\nSubject: ${subject}\r\nDate: Fri, 17 Jul 1996 02:44:25 -0700\r\n\r\n${body}`,
  );

const LINE = utf8(`${"x".repeat(76)}\r\n`);
const LARGE_LINES = 65_536;

/** A message of 5 MB, in pieces. */
export function large(): AsyncIterable<Uint8Array> {
  return Readable.from([message("large", ""), ...Array.from({ length: LARGE_LINES }, () => LINE)]);
}

/** Its size. */
export const LARGE_BYTES = message("large", "").length + LARGE_LINES * LINE.length;

/** All messages of a fetch. */
export async function collect(messages: AsyncIterable<ImapMessage>): Promise<ImapMessage[]> {
  const all: ImapMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

/** The data of a message as text, large or small. */
export async function texts({ data }: ImapMessage): Promise<(string | null)[]> {
  return Promise.all(data.map(async ({ data: bytes }) => bytes && latin1(bytes instanceof Uint8Array ? bytes : await bytes.bytes())));
}

/** A message in a message, parts in parts. */
export const NESTED = [
  'From: "Bob \\"B\\" Bobson" <bob@example.test>',
  "To: alice@example.test",
  "Cc: friends: ann@example.test;",
  "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
  "Message-ID: <1@example.test>",
  "MIME-Version: 1.0",
  "Content-Type: multipart/mixed; boundary=outer",
  "",
  "--outer",
  "Content-Type: multipart/alternative; boundary=inner",
  "",
  "--inner",
  "Content-Type: text/plain; charset=us-ascii",
  "",
  "plain",
  "--inner",
  "Content-Type: text/html",
  "",
  "<p>html</p>",
  "--inner--",
  "--outer",
  "Content-Type: message/rfc822",
  "",
  "Subject: inner",
  "From: carol@example.test",
  "",
  "inside",
  "",
  "--outer",
  'Content-Type: application/octet-stream; name="a b.bin"',
  "Content-Transfer-Encoding: base64",
  'Content-Disposition: attachment; filename="a b.bin"',
  "",
  "AAAA",
  "--outer--",
  "",
].join("\r\n");

/** What its BODYSTRUCTURE says at least. */
export const NESTED_STRUCTURE = {
  kind: "multipart",
  subtype: expect.stringMatching(/^mixed$/i) as string,
  parts: [
    {
      kind: "multipart",
      parts: [
        { kind: "text", subtype: "plain", octets: 5, lines: 0, parameters: [{ name: "charset", value: "us-ascii" }] },
        { kind: "text", subtype: "html", octets: 11 },
      ],
    },
    { kind: "message", envelope: { subject: "inner" }, structure: { kind: "text", subtype: "plain", octets: 8, lines: 1 } },
    {
      kind: "basic",
      type: "application",
      encoding: "base64",
      octets: 4,
      parameters: [{ name: "name", value: "a b.bin" }],
      disposition: { type: "attachment", parameters: [{ name: "filename", value: "a b.bin" }] },
    },
  ],
};
