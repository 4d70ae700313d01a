import fc from "fast-check";
import { Secret } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { command, nonsense, response } from "../../test/codec-arbitraries.ts";
import { streamed } from "../../test/arbitraries/append.ts";
import { commands, pieces, responses, revealed, written } from "../../test/codec-driving.ts";
import { encodeCommand, encodeResponse } from "./index.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

describe("responses", () => {
  test("are read as they were said, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(response, { minLength: 1, maxLength: 3 }), sizes, (said, cuts) => {
        const bytes = said.map((one) => written(encodeResponse(one)));
        const events = responses(bytes.flatMap((one) => pieces(one, cuts)));
        expect(events).toEqual(
          said.map((one, index) => ({
            type: "response",
            response: one,
            deviations: [],
            raw: [bytes[index]],
          })),
        );
      }),
      { numRuns: 400 },
    );
  });

  test("are said the same way again", () => {
    fc.assert(
      fc.property(response, (said) => {
        const bytes = written(encodeResponse(said));
        const [event] = responses([bytes]);
        expect(event?.type === "response" ? written(encodeResponse(event.response)) : undefined).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test("do not depend on the cut, whatever the bytes; nothing but a remote ProtocolError is thrown", () => {
    fc.assert(
      fc.property(nonsense, sizes, (bytes, cuts) => {
        const limits = { maxResponseBytes: 200, streamLiteralBytes: 2, maxNesting: 4, maxTokenBytes: 50 };
        const whole = responses([bytes], limits);
        expect(responses(pieces(bytes, cuts), limits)).toEqual(whole);
        expect(whole.filter((event) => event.type === "failure" && event.side === "local")).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("commands", () => {
  const literals = fc.constantFrom("synchronizing" as const, "LITERAL-" as const, "LITERAL+" as const);

  test("are read as they were said, with every form of literal, however they are cut", () => {
    fc.assert(
      fc.property(command, literals, sizes, (said, mode, cuts) => {
        const events = commands(pieces(written(encodeCommand("a1", said, { literals: mode })), cuts));
        const last = events.at(-1);
        const read = last?.type === "command" ? last.command : last;
        const { command: expected, bytes } = streamed(said);
        expect(revealed(read)).toEqual(revealed(expected));
        expect(events.flatMap((event) => (event.type === "literal-chunk" ? [event.bytes] : []))).toEqual(bytes);
        expect(last?.type === "command" ? last.deviations : undefined).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test("show no password in their parts", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z"\\ ]{4,12}$/), literals, (password, mode) => {
        const segments = encodeCommand("a1", { name: "LOGIN", user: "ALICE", password: new Secret(password) }, { literals: mode });
        const open = segments.filter((segment) => segment.type === "bytes" && segment.secret !== true);
        expect(JSON.stringify(written(open))).not.toContain(JSON.stringify(password));
        expect(written(segments.filter((segment) => segment.type === "bytes" && segment.secret === true)).length).toBeGreaterThan(0);
      }),
    );
  });

  test("do not depend on the cut, whatever the bytes; nothing but a remote ProtocolError is thrown", () => {
    fc.assert(
      fc.property(nonsense, sizes, (bytes, cuts) => {
        const limits = {
          maxLineBytes: 60,
          maxCommandBytes: 100,
          maxLiteralBytes: 20,
          maxAppendBytes: 30,
          maxDrainBytes: 90,
          maxNesting: 3,
        };
        const whole = commands([bytes], limits);
        expect(commands(pieces(bytes, cuts), limits)).toEqual(whole);
        expect(whole.filter((event) => event.type === "failure" && event.side === "local")).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
