import { fromLatin1 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bodyOf, bodyStructureOf, envelopeOf, type BodyStructure } from "./body-structure.ts";
import { parseMessage } from "./message-structure.ts";

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
const structureOf = (text: string): BodyStructure => bodyStructureOf(parseMessage(fromLatin1(crlf(text))));

/** The structure as IMAP writes it, extension data left out. */
function shown(body: BodyStructure): string {
  if (body.kind === "multipart") return `(${body.parts.map(shown).join("")} "${body.subtype}")`;
  const quoted = (text: string | null): string => (text === null ? "NIL" : `"${text}"`);
  const parameters = body.parameters?.map(({ name, value }) => `"${name}" "${value}"`).join(" ");
  const fields = [body.type, body.subtype].map(quoted).concat(parameters === undefined ? "NIL" : `(${parameters})`);
  fields.push(quoted(body.id), quoted(body.description), quoted(body.encoding), String(body.octets));
  if (body.kind === "message") fields.push(quoted(body.envelope.subject), shown(body.structure));
  if (body.kind !== "basic") fields.push(String(body.lines));
  return `(${fields.join(" ")})`;
}

describe("bodyStructureOf", () => {
  test("a message without MIME fields, as RFC 3501 shows one", () => {
    expect(shown(structureOf("Subject: x\n\none\ntwo\n"))).toBe('("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2)');
    expect(shown(structureOf("Content-Type: text/html\nContent-Transfer-Encoding: 8BIT (really)\n\nx"))).toBe(
      '("text" "html" ("charset" "us-ascii") NIL NIL "8BIT" 1 0)',
    );
  });

  test("text and attachment, as RFC 3501 shows them", () => {
    const message = `Content-Type: MULTIPART/MIXED; BOUNDARY=x

--x
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

hello
--x
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME="cc.diff"
Content-ID: <960723163407.20117h@cac.washington.edu>
Content-Description: Compiler diff
Content-Transfer-Encoding: BASE64

AAAA
AAAA
--x--
`;
    expect(shown(structureOf(message))).toBe(
      '(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7bit" 5 0)("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") ' +
        '"<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 10 1) "MIXED")',
    );
  });

  test("a message in a message", () => {
    expect(shown(structureOf("Content-Type: message/rfc822\n\nSubject: inside\n\none\n"))).toBe(
      '("message" "rfc822" NIL NIL NIL "7bit" 24 "inside" ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 1) 3)',
    );
  });

  test("extension data", () => {
    expect(
      structureOf(`Content-Type: image/png
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==
Content-Disposition: attachment; filename="a b.png"; size=3
Content-Language: en, de (both)
Content-Location: http://example.com/a.png

PNG`),
    ).toEqual({
      kind: "basic",
      type: "image",
      subtype: "png",
      parameters: null,
      id: null,
      description: null,
      encoding: "7bit",
      octets: 3,
      md5: "Q2hlY2sgSW50ZWdyaXR5IQ==",
      disposition: {
        type: "attachment",
        parameters: [
          { name: "filename", value: "a b.png" },
          { name: "size", value: "3" },
        ],
      },
      language: ["en", "de"],
      location: "http://example.com/a.png",
    });
    expect(
      structureOf("Content-Type: multipart/mixed; boundary=b\nContent-Disposition: inline\nContent-Language: ,\n\n--b\n\nx"),
    ).toMatchObject({
      parameters: [{ name: "boundary", value: "b" }],
      disposition: { type: "inline", parameters: null },
      language: null,
      location: null,
    });
    expect(structureOf("Content-Transfer-Encoding: (none)\nContent-ID:\n\nx")).toMatchObject({ encoding: "7bit", id: null });
  });
});

describe("bodyOf", () => {
  test("is the body structure without extension data", () => {
    const raw = fromLatin1(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-MD5: x\nContent-Disposition: inline\n\none\n" +
        "--b\nContent-Type: message/rfc822\n\nContent-Type: image/png\n\nPNG\n--b--\n",
    );
    const message = parseMessage(raw);
    expect(shown(bodyOf(message))).toBe(shown(bodyStructureOf(message)));
    expect(JSON.stringify(bodyStructureOf(message))).toMatch(/md5.*disposition.*language.*location.*boundary/);
    expect(JSON.stringify(bodyOf(message))).not.toMatch(/md5|disposition|language|location|boundary/);
  });
});

describe("envelopeOf", () => {
  test("the example of RFC 3501 section 8", () => {
    const message = `Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev1 WG mtg summary and minutes
To: imap@cac.washington.edu
cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

`;
    const terry = [{ name: "Terry Gray", route: null, mailbox: "gray", host: "cac.washington.edu" }];
    expect(envelopeOf(parseMessage(fromLatin1(crlf(message))))).toEqual({
      date: "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
      subject: "IMAP4rev1 WG mtg summary and minutes",
      from: terry,
      sender: terry,
      replyTo: terry,
      to: [{ name: null, route: null, mailbox: "imap", host: "cac.washington.edu" }],
      cc: [
        { name: null, route: null, mailbox: "minutes", host: "CNRI.Reston.VA.US" },
        { name: "John Klensin", route: null, mailbox: "KLENSIN", host: "MIT.EDU" },
      ],
      bcc: null,
      inReplyTo: null,
      messageId: "<B27397-0100000@cac.washington.edu>",
    });
  });

  test("missing, empty, repeated and folded fields", () => {
    const envelope = envelopeOf(
      parseMessage(
        fromLatin1(
          "SUBJECT:\r\nSubject: second\r\nSender: (nobody)\r\nReply-To: r@x\r\nFrom: f@x,\r\n g@x\r\nTo:\r\nIn-Reply-To: <1@x>\r\n <2@x>\r\n\r\n",
        ),
      ),
    );
    expect(envelope).toMatchObject({ date: null, subject: "", to: null, inReplyTo: "<1@x> <2@x>", messageId: null });
    expect(envelope.from?.map(({ mailbox }) => mailbox)).toEqual(["f", "g"]);
    expect(envelope.sender).toEqual(envelope.from);
    expect(envelope.replyTo?.map(({ mailbox }) => mailbox)).toEqual(["r"]);
  });

  test("a message of nothing has an envelope of nothing", () => {
    expect(new Set(Object.values(envelopeOf(parseMessage(new Uint8Array()))))).toEqual(new Set([null]));
  });
});

test("any bytes have an envelope and a structure whose texts hold no CR, LF or NUL", () => {
  const piece = fc.constantFrom(
    "\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    "--b",
    "\r\n\r\n",
    "Subject: a",
    "From: x@y (",
    "To: g:;",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Type: message/rfc822\r\n",
    'Content-Disposition: a; b="',
    "Content-Language: a,",
    "Content-ID:",
    "\xff\xa0",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(piece, { maxLength: 40 }).map((pieces) => fromLatin1(pieces.join(""))),
      ),
      (raw) => {
        const message = parseMessage(raw);
        expect(JSON.stringify([envelopeOf(message), bodyStructureOf(message)])).not.toMatch(/\\[rn]|\\u0000/);
      },
    ),
    { numRuns: 1000 },
  );
});
