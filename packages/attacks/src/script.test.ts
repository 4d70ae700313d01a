import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { certificateCase } from "./certificates.ts";
import { clientExpectation } from "./expectation.ts";
import { readScripts } from "./script.ts";
import { fillTags } from "./tags.ts";

function line(steps: unknown, fields: object = {}): string {
  return JSON.stringify({ id: "x", protocol: "smtp", side: "client", attack: "", safe_behaviour: "", ...fields, bytes_script: steps });
}

function readOr(text: string): string {
  try {
    readScripts(text);
    return "read";
  } catch (error) {
    return String(error);
  }
}

describe("a script is read", () => {
  test("with every kind of step", () => {
    const steps = [
      ["S", "220 a\r\n"],
      ["C", "EHLO {any}\r\n"],
      ["SILENT", "C-LOGIN"],
      ["SILENT", "TLS"],
      ["WAIT", "100"],
      ["DNS", "bogus"],
    ];
    const endings = [
      ["TLS", "ok"],
      ["TLS", "clienthello-sent"],
      ["TLS", "cert:expired"],
      ["TLS", "truncated"],
      ["CLOSE", "S"],
      ["RST", "C"],
    ];
    const [script] = readScripts(line([...steps, ...endings]));
    expect(script?.steps).toEqual([
      { type: "say", from: "server", text: "220 a\r\n" },
      { type: "say", from: "client", text: "EHLO {any}\r\n" },
      { type: "silent", who: "client", verbs: ["LOGIN"] },
      { type: "silent", who: "tls" },
      { type: "wait", ms: 100 },
      { type: "dns", answer: "bogus" },
      { type: "tls", event: { type: "ok" } },
      { type: "tls", event: { type: "client-hello" } },
      { type: "tls", event: { type: "certificate", description: "expired" } },
      { type: "tls", event: { type: "fault", fault: "truncated" } },
      { type: "close", who: "server", how: "end" },
      { type: "close", who: "client", how: "reset" },
    ]);
  });

  test.each([
    [line([["JUMP", "C"]]), /line 1: the step \["JUMP","C"\] is not known/],
    [line([["TLS", "upside down"]]), /TLS event/],
    [line([], { protocol: "nntp" }), /protocol/],
    [line([], { side: "proxy" }), /side/],
    ["{}", /needs an id/],
    ["{", /line 1/],
  ])("or it is said why not: %s", (text, why) => {
    expect(() => readScripts(text)).toThrow(why);
  });

  test("whatever is in the file, as scripts or as an Error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readOr(text)).toMatch(/^(?:read|Error: line \d+: .*)/);
      }),
    );
  });
});

test.each<[string, object]>([
  ["SAN DNS:other.example", { serverName: "mx.example", verdict: "reject" }],
  ["SAN DNS:*.example for mail.example", { serverName: "mail.example", verdict: "accept" }],
  ["SAN DNS:m*.example", { verdict: "reject" }],
  ["CN=mail.example, no SAN", { serverName: "mail.example", names: "none", verdict: "reject" }],
  ["connect to 192.0.2.1, SAN DNS only", { serverName: "192.0.2.1", verdict: "reject" }],
  ["notAfter in the past", { validity: "past", verdict: "reject" }],
  ["server offers TLS 1.1 only", { version: "TLSv1.1", verdict: "reject" }],
  ["self-signed", { signer: "itself", verdict: "reject" }],
  ["signed by an unknown CA", { signer: "stranger", verdict: "reject" }],
  ["", { serverName: "mx.example", verdict: "accept" }],
])("a certificate is understood: %s", (description, facts) => {
  expect(certificateCase(description)).toMatchObject(facts);
});

test.each<[string, unknown[], object, string]>([
  [
    "a refusal",
    [
      ["S", "454 no\r\n"],
      ["CLOSE", "C"],
    ],
    {},
    "error",
  ],
  ["a handshake that fails", [["TLS", "truncated"]], {}, "error"],
  ["a certificate by what it is", [["TLS", "cert:SAN DNS:other.example"]], {}, "error"],
  [
    "a certificate by what is said of it",
    [["TLS", "cert:SAN DNS:*.example for a.example"]],
    { safe_behaviour: "accept (one label)" },
    "success",
  ],
  ["a guard", [["TLS", "ok"]], { attack: "false-positive guard" }, "success"],
  ["a policy that only looks", [["S", "250 x\r\n"]], { attack: "mode=testing", safe_behaviour: "Deliver, report." }, "success"],
  ["a choice", [["TLS", "ok"]], { safe_behaviour: "protocol error or ignore" }, "either"],
  [
    "a farewell",
    [
      ["TLS", "ok"],
      ["C", "QUIT\r\n"],
      ["CLOSE", "C"],
    ],
    {},
    "either",
  ],
])("what %s demands", (_what, steps, fields, expectation) => {
  const [script] = readScripts(line(steps, fields));
  expect(script && clientExpectation(script)).toBe(expectation);
});

test("tags are filled in, and foreseen", () => {
  const tags = new Map([["1", "QXJA7"]]);
  expect(fillTags("{tag} OK\r\n* 2 EXISTS\r\n1 OK\r\n2 OK\r\nz NO\r\n", tags, "QXJA7")).toBe(
    "QXJA7 OK\r\n* 2 EXISTS\r\nQXJA7 OK\r\nQXJA8 OK\r\nz NO\r\n",
  );
});
