import { describe, expect, test } from "vitest";
import { domainOf, forwardPath, isDomain, isMailbox, localPartOf, reversePath } from "./index.ts";

describe("paths", () => {
  test.each(["a@b", "a.b@c.example", '"a b"@c.example', "a@[192.0.2.1]", "a@[IPv6:::1]", "grün@bücher.example", "o'neil+x@example.org"])(
    "take %j",
    (address) => {
      expect(reversePath(address)).toBe(address);
      expect(forwardPath(address)).toBe(address);
      expect(isMailbox(address)).toBe(true);
    },
  );

  test.each([
    "a",
    "@b",
    "a@",
    "a b@c",
    "a@b c",
    "<a@b>",
    "a@b>",
    "a@b\r\n",
    "a..b@c",
    ".a@c",
    "a.@c",
    "a@b_c",
    "a@b.",
    "a@-b",
    "a@b-.c",
    '"a@b',
    "a@b,c@d",
  ])("refuse %j", (address) => {
    expect(() => reversePath(address)).toThrow(expect.objectContaining({ side: "local", code: "bad-address" }));
    expect(() => forwardPath(address)).toThrow(expect.objectContaining({ side: "local", code: "bad-address" }));
  });

  test("the null sender sends, postmaster receives", () => {
    expect(reversePath("")).toBe("");
    expect(() => forwardPath("")).toThrow("not an address");
    expect(forwardPath("POSTMASTER")).toBe("POSTMASTER");
    expect(() => reversePath("postmaster")).toThrow("not an address");
  });

  test("come apart at the last @", () => {
    const path = forwardPath('"a@b"@c.example');
    expect(localPartOf(path)).toBe('"a@b"');
    expect(domainOf(path)).toBe("c.example");
    expect(localPartOf(forwardPath("postmaster"))).toBe("postmaster");
    expect(domainOf(reversePath(""))).toBeUndefined();
  });

  test.each([
    ["example.org", true],
    ["localhost", true],
    ["[192.0.2.1]", true],
    ["", false],
    ["a b", false],
    ["a_b", false],
    ["[a]b", false],
    ["[a b]", false],
  ])("isDomain(%j) is %s", (text, expected) => {
    expect(isDomain(text)).toBe(expected);
  });
});
