import type { Unit } from "@mailwire/wire";
import { Secret, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { MdaemonLog, writeMdaemonLog } from "./mdaemon-log.ts";
import { Recorder } from "./recorder.ts";

const START = Date.UTC(2007, 4, 28, 14, 16, 23);

function recorded(...said: readonly (readonly [Unit["from"], Unit["kind"], ...(string | Secret)[]])[]): Recorder {
  let at = START - 1000;
  const recorder = new Recorder({ clock: () => (at += 1000) });
  for (const [from, kind, ...parts] of said) {
    recorder.observe({
      from,
      kind,
      parts: parts.map((part) => (typeof part === "string" ? utf8(part) : new Secret(utf8(String(part.reveal()))))),
    });
  }
  recorder.finish();
  return recorder;
}

test("a session in SMTP reads as in MDaemon's log", () => {
  const recorder = recorded(
    ["server", "line", "220 mx.example ESMTP\r\n"],
    ["client", "line", "data\r\n"],
    ["server", "line", "354 Enter mail, end with <CRLF>.<CRLF>\r\n"],
    ["client", "body", "x".repeat(100)],
    ["client", "body", "y".repeat(12)],
    ["server", "line", "250 Ok\r\n"],
  );
  const session = { protocol: "SMTP", number: 11, remote: "192.168.1.59:1106" };
  expect(writeMdaemonLog(session, recorder, { utcOffsetMinutes: 240 })).toBe(`Mon 2007-05-28 18:16:23: -----
Mon 2007-05-28 18:16:23: Session 11; child 1
Mon 2007-05-28 18:16:23: Accepting SMTP connection from [192.168.1.59 : 1106]
Mon 2007-05-28 18:16:23: --> 220 mx.example ESMTP
Mon 2007-05-28 18:16:24: <-- data
Mon 2007-05-28 18:16:25: --> 354 Enter mail, end with <CRLF>.<CRLF>
Mon 2007-05-28 18:16:26: Message size: 112 bytes
Mon 2007-05-28 18:16:27: --> 250 Ok
Mon 2007-05-28 18:16:27: SMTP session successful (Bytes in/out: 118/70)
Mon 2007-05-28 18:16:27: -----
`);
});

describe("a line", () => {
  const log = new MdaemonLog({ protocol: "IMAP", number: 1 }, { utcOffsetMinutes: 0 });
  const lines = (recorder: Recorder): string[] => recorder.entries.map((entry) => log.line(entry).replace(/^.*?\d\d:\d\d:\d\d: /, ""));

  test("has stars for what is secret", () => {
    expect(lines(recorded(["client", "line", "PASS ", new Secret("geheim"), "\r\n"]))).toEqual(["<-- PASS *****"]);
  });

  test("that is not logged names the command that it answers", () => {
    const recorder = recorded(
      ["client", "line", "A1 uid fetch 1 body[]\r\n"],
      ["server", "literal", "1234"],
      ["client", "line", "retr 1\r\n"],
      ["server", "body", "123"],
      ["client", "line", "A2 append x {5}\r\n"],
      ["client", "literal", "hello"],
      ["server", "literal", "1"],
      ["client", "line", "\r\n"],
      ["server", "body", "1"],
      ["server", "tls"],
    );
    expect(lines(recorder).filter((line) => !line.startsWith("<--"))).toEqual([
      "Sending FETCH response (not logged), 4 bytes",
      "Sending RETR response (not logged), 3 bytes",
      "Literal size: 5 bytes",
      "Sending APPEND response (not logged), 1 bytes",
      "Sending  response (not logged), 1 bytes",
      "SSL/TLS negotiation successful",
    ]);
  });
});

test("the frame of a session says what is known of it", () => {
  const log = new MdaemonLog({ protocol: "POP3", number: 3, child: 2, remote: "[::1]:40000" }, { utcOffsetMinutes: 0 });
  expect(log.opening(START)[2]).toBe("Mon 2007-05-28 14:16:23: Accepting POP3 connection from [::1 : 40000]");
  expect(new MdaemonLog({ protocol: "POP3", number: 3, remote: "/run/pop3" }).opening(START)[2]).toContain("from [/run/pop3]");
  expect(new MdaemonLog({ protocol: "POP3", number: 3 }).opening(START)[2]).toMatch(/connection$/);
  expect(log.closing(START, { in: 1, out: 2 }, "terminated")[0]).toBe(
    "Mon 2007-05-28 14:16:23: POP3 session terminated (Bytes in/out: 1/2)",
  );
});

test("a session in which nothing was said has its frame", () => {
  expect(writeMdaemonLog({ protocol: "SMTP", number: 1 }, new Recorder(), { utcOffsetMinutes: 0 })).toContain(
    "Thu 1970-01-01 00:00:00: SMTP session",
  );
});

test("the clock is that of the machine unless told otherwise", () => {
  const at = new Date(2007, 4, 28, 18, 16, 23).getTime();
  expect(new MdaemonLog({ protocol: "SMTP", number: 1 }).opening(at)[0]).toBe("Mon 2007-05-28 18:16:23: -----");
});
