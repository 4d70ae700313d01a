import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { generate } from "selfsigned";
import { describe, expect, test } from "vitest";
import { certificateNames } from "./certificate-names.ts";
import { serverIdentityError } from "./server-identity.ts";

type AltName = { readonly type: 1 | 2 | 6; readonly value: string } | { readonly type: 7; readonly ip: string };

async function certificate(commonName: string, altNames: readonly AltName[]): Promise<Uint8Array> {
  const { cert } = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: false },
      ...(altNames.length === 0 ? [] : [{ name: "subjectAltName" as const, altNames: [...altNames] }]),
    ],
  });
  return new X509Certificate(cert).raw;
}

const dns = (value: string): AltName => ({ type: 2, value });
const address = (ip: string): AltName => ({ type: 7, ip });

describe("a certificate is the server's", () => {
  test.each<[string, AltName[], string]>([
    ["the name itself", [dns("mail.example")], "mail.example"],
    ["in any case", [dns("MAIL.Example")], "mail.EXAMPLE"],
    ["one of many", [dns("a.example"), dns("b.example")], "b.example"],
    ["a wildcard for one label", [dns("*.example")], "mail.example"],
    ["an A-label", [dns("xn--bcher-kva.example")], "xn--bcher-kva.example"],
    ["an IPv4 address", [address("192.0.2.1")], "192.0.2.1"],
    ["an IPv6 address, however it is spelled", [address("2001:db8::1")], "2001:0DB8:0:0::1"],
    ["an IPv6 address with a zone", [address("fe80::1")], "fe80::1%eth0"],
  ])("%s", async (_what, names, serverName) => {
    expect(serverIdentityError(serverName, await certificate("x", names))).toBeUndefined();
  });
});

describe("a certificate is somebody else's", () => {
  test.each<[string, AltName[], string, string?]>([
    ["another name", [dns("other.example")], "mail.example"],
    ["only the common name", [], "mail.example", "mail.example"],
    ["the common name beside other names", [dns("other.example")], "mail.example", "mail.example"],
    ["a wildcard for two labels", [dns("*.example")], "a.b.example"],
    ["a wildcard for none", [dns("*.example")], "example"],
    ["a wildcard in a part of a label", [dns("m*.example")], "mail.example"],
    ["a wildcard that is not left-most", [dns("mail.*")], "mail.example"],
    ["two wildcards", [dns("*.*.example")], "a.b.example"],
    ["a wildcard alone", [dns("*")], "example"],
    ["an address among DNS names", [dns("192.0.2.1")], "192.0.2.1"],
    ["an address by its common name", [], "192.0.2.1", "192.0.2.1"],
    ["a name where there is an address only", [address("192.0.2.1")], "mail.example"],
    ["another address", [address("192.0.2.2")], "192.0.2.1"],
    ["another address of the other kind", [address("2001:db8::2")], "2001:db8::1"],
    ["an e-mail address", [{ type: 1, value: "a@mail.example" }], "mail.example"],
    ["a URI", [{ type: 6, value: "https://mail.example" }], "mail.example"],
    ["a name that goes on behind a NUL", [dns("mail.example\0.evil.example")], "mail.example"],
  ])("%s", async (_what, names, serverName, commonName = "x") => {
    expect(serverIdentityError(serverName, await certificate(commonName, names))?.message).toContain(`not for ${serverName}`);
  });

  test("no certificate at all", () => {
    expect(serverIdentityError("mail.example", undefined)?.message).toContain("nobody");
  });
});

test("what is no certificate has no names, whatever it is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(certificateNames(bytes)).toEqual({ dnsNames: [], addresses: [] });
    }),
  );
});
