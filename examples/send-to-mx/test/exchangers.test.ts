import { describe, expect, test } from "vitest";
import { addressesOf, type Dns, exchangersOf, NoMailError } from "../src/exchangers.ts";

function failing(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(`query ${code}`), { code }));
}

const NOTHING: Dns = { resolveMx: () => failing("ENODATA"), resolve4: () => failing("ENODATA"), resolve6: () => failing("ENODATA") };

const mx = (...records: readonly (readonly [number, string])[]): Dns => ({
  ...NOTHING,
  resolveMx: () => Promise.resolve(records.map(([priority, exchange]) => ({ priority, exchange }))),
});

describe("the hosts for a domain", () => {
  test("are tried by preference", async () => {
    const dns = mx([20, "second.example"], [10, "first.example."], [30, "third.example"]);
    expect(await exchangersOf("example.com", dns)).toEqual(["first.example", "second.example", "third.example"]);
  });

  test("that are equally preferred are tried in any order", async () => {
    const dns = mx([10, "a"], [10, "b"], [5, "c"]);
    const orders = new Set<string>();
    for (let round = 0; round < 200; round += 1) orders.add((await exchangersOf("example.com", dns)).join());
    expect([...orders].sort()).toEqual(["c,a,b", "c,b,a"]);
  });

  test.each(["ENODATA", "ENOTFOUND"])("are the domain itself where it names none (%s)", async (code) => {
    expect(await exchangersOf("example.com", { ...NOTHING, resolveMx: () => failing(code) })).toEqual(["example.com"]);
  });

  test.each(["", "."])("do not exist where it says so (null MX, %j)", async (root) => {
    await expect(exchangersOf("example.com", mx([0, root]))).rejects.toBeInstanceOf(NoMailError);
  });

  test("are unknown while the DNS fails: that may pass", async () => {
    const dns = { ...NOTHING, resolveMx: () => failing("ESERVFAIL") };
    await expect(exchangersOf("example.com", dns)).rejects.toMatchObject({ code: "ESERVFAIL" });
  });

  test("are no question for an address literal", async () => {
    expect(await exchangersOf("[192.0.2.1]", NOTHING)).toEqual(["[192.0.2.1]"]);
  });
});

describe("the addresses of a host", () => {
  test("are those of both families, or of one", async () => {
    const dns = { ...NOTHING, resolve4: () => Promise.resolve(["192.0.2.1", "192.0.2.2"]) };
    expect(await addressesOf("mx.example", dns)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(await addressesOf("mx.example", { ...dns, resolve6: () => Promise.resolve(["2001:db8::1"]) })).toEqual([
      "2001:db8::1",
      "192.0.2.1",
      "192.0.2.2",
    ]);
  });

  test("are missing where there are none", async () => {
    await expect(addressesOf("mx.example", NOTHING)).rejects.toBeInstanceOf(NoMailError);
    await expect(addressesOf("mx.example", { ...NOTHING, resolve4: () => failing("ETIMEOUT") })).rejects.toMatchObject({
      code: "ETIMEOUT",
    });
  });

  test.each([
    ["[192.0.2.1]", "192.0.2.1"],
    ["[IPv6:2001:db8::1]", "2001:db8::1"],
  ])("are in the literal %s", async (literal, address) => {
    expect(await addressesOf(literal, NOTHING)).toEqual([address]);
  });
});
