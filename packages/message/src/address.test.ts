import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddressList, type Address } from "./address.ts";

/** `name|route|mailbox|host`, with - for null. */
function shown(text: string): string[] {
  return parseAddressList(text).map((a) => [a.name, a.route, a.mailbox, a.host].map((part) => part ?? "-").join("|"));
}

describe("parseAddressList", () => {
  test.each([
    ["john@example.com", ["-|-|john|example.com"]],
    ["John Doe <john@example.com>", ["John Doe|-|john|example.com"]],
    ['"Doe, John" <john@example.com>, <x@y>', ["Doe, John|-|john|example.com", "-|-|x|y"]],
    ["John Q. Public <jqp@example.com>", ["John Q. Public|-|jqp|example.com"]],
    ["=?utf-8?Q?J=C3=B6rg?= <j@example.com>", ["=?utf-8?Q?J=C3=B6rg?=|-|j|example.com"]],
    ['"a \\"quoted\\" name" <a@b>', ['a "quoted" name|-|a|b']],
    // RFC 5322 appendix A.5 and A.6.1
    ["Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", ["Pete|-|pete|silly.test"]],
    ["Mary Smith <@node.test,@two.example:mary@x.test>", ["Mary Smith|@node.test,@two.example|mary|x.test"]],
    ["jdoe@test . example", ["-|-|jdoe|test.example"]],
    ['"Joe Q. Public" <john . q . public@example.com>', ["Joe Q. Public|-|john.q.public|example.com"]],
    ["a@[192.0.2.1]", ["-|-|a|[192.0.2.1]"]],
    ['"strange local"@example.com', ["-|-|strange local|example.com"]],
    // The comment of old style mail is the name.
    ["john@example.com (John (the) Doe)", ["John (the) Doe|-|john|example.com"]],
    ["<john@example.com> (John Doe)", ["John Doe|-|john|example.com"]],
  ])("%s", (text, expected) => expect(shown(text)).toEqual(expected));

  test.each([
    ["A Group:Ed Jones <joe@where.test>,joe@where.test;", ["-|-|A Group|-", "Ed Jones|-|joe|where.test", "-|-|joe|where.test", "-|-|-|-"]],
    ["Undisclosed recipients:;", ["-|-|Undisclosed recipients|-", "-|-|-|-"]],
    ["a@b, Team: c@d;, e@f", ["-|-|a|b", "-|-|Team|-", "-|-|c|d", "-|-|-|-", "-|-|e|f"]],
    ["Team: c@d", ["-|-|Team|-", "-|-|c|d", "-|-|-|-"]],
    [": a@b;", ["-|-||-", "-|-|a|b", "-|-|-|-"]],
    ["A: B: c@d;", ["-|-|A|-", "B|-|c|d", "-|-|-|-"]],
  ])("group: %s", (text, expected) => expect(shown(text)).toEqual(expected));

  test.each([
    ["", []],
    [" , ,, (nothing here)", []],
    ["john", ["-|-|john|"]],
    ["<john>", ["-|-|john|"]],
    ["<>", ["-|-||"]],
    ["John Doe john.d@example.com", ["John Doe|-|john.d|example.com"]],
    ["john@example.com and some words", ["-|-|john|example.com"]],
    ["a@b; c@d", ["-|-|a|b", "-|-|c|d"]],
    ["<a@b, c@d", ["-|-|a|b", "-|-|c|d"]],
    ["Name <a@b junk, <<c@d>> junk (note), e@f", ["Name|-|a|b junk", "note|-|c|d", "-|-|e|f"]],
    ["a> @b", ["-|-|a|b"]],
    ['"never ends <a@b>', ["-|-|never ends <a@b>|"]],
    ["a@[never ends", ["-|-|a|[never ends"]],
    ["a@b (never ends", ["never ends|-|a|b"]],
    ['"ends in a backslash\\', ["-|-|ends in a backslash|"]],
    ["a@b@c", ["-|-|a@b|c"]],
    ["<@a", ["-|-||a"]],
    ["<john doe@example.com>", ["-|-|john doe|example.com"]],
  ])("tolerated: %s", (text, expected) => expect(shown(text)).toEqual(expected));

  test("reads any text, and null hosts come only as group marks in pairs", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab .@,;:<>()[]"\\\t\xe9')) }), (text) => {
        let depth = 0;
        for (const { mailbox, host } of parseAddressList(text)) {
          if (host === null) depth += mailbox === null ? -1 : 1;
          expect(depth === 0 || depth === 1).toBe(true);
        }
        expect(depth).toBe(0);
      }),
    );
  });

  test("well-formed addresses come back as they were", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const name = fc.option(fc.stringMatching(/^[a-z]{1,5}( [a-z,.@<>:;]{1,5}){0,2}$/));
    const address: fc.Arbitrary<Address> = fc.record({
      name,
      route: fc.constant(null),
      mailbox: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(".")),
      host: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(".")),
    });
    fc.assert(
      fc.property(fc.array(address), (addresses) => {
        const text = addresses.map((a) =>
          a.name === null ? `${a.mailbox ?? ""}@${a.host ?? ""}` : `"${a.name}" <${a.mailbox ?? ""}@${a.host ?? ""}>`,
        );
        expect(parseAddressList(text.join(", "))).toEqual(addresses);
      }),
    );
  });
});
