import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SERVER_TLS } from "../test/certificates.ts";
import { serverEndPointBinding } from "./channel-binding.ts";
import { signatureHash } from "./signature-hash.ts";

/** A self-signed certificate as openssl makes it. */
function certificate(...args: string[]): Uint8Array {
  const common = ["-x509", "-nodes", "-days", "2", "-subj", "/CN=mail.example", "-keyout", "/dev/null", "-outform", "DER"];
  return execFileSync("openssl", ["req", ...common, ...args], { stdio: ["ignore", "pipe", "ignore"] });
}

const RSA = ["-newkey", "rsa:2048"];
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const PSS = ["-sigopt", "rsa_padding_mode:pss"];

describe("the hash of a certificate's signature", () => {
  test.each<[string, string[], string | undefined]>([
    ["RSA with SHA-1 counts as SHA-256", [...RSA, "-sha1"], "sha256"],
    ["RSA with MD5 counts as SHA-256", [...RSA, "-md5"], "sha256"],
    ["RSA with SHA-224", [...RSA, "-sha224"], "sha224"],
    ["RSA with SHA-256", [...RSA, "-sha256"], "sha256"],
    ["RSA with SHA-384", [...RSA, "-sha384"], "sha384"],
    ["RSA with SHA-512", [...RSA, "-sha512"], "sha512"],
    ["RSASSA-PSS with SHA-1 counts as SHA-256", [...RSA, ...PSS, "-sha1"], "sha256"],
    ["RSASSA-PSS with SHA-256", [...RSA, ...PSS, "-sha256"], "sha256"],
    ["RSASSA-PSS with SHA-512", [...RSA, ...PSS, "-sha512"], "sha512"],
    ["ECDSA with SHA-1 counts as SHA-256", [...EC, "-sha1"], "sha256"],
    ["ECDSA with SHA-224", [...EC, "-sha224"], "sha224"],
    ["ECDSA with SHA-256", [...EC, "-sha256"], "sha256"],
    ["ECDSA with SHA-384", [...EC, "-sha384"], "sha384"],
    ["ECDSA with SHA-512", [...EC, "-sha512"], "sha512"],
    ["Ed25519 has none", ["-newkey", "ed25519"], undefined],
  ])("%s", (_what, args, expected) => {
    expect(signatureHash(certificate(...args))).toBe(expected);
  });

  test("is undefined, never an error, for any other bytes", () => {
    const good = new X509Certificate(SERVER_TLS.cert).raw;
    expect(signatureHash(good)).toBe("sha256");
    const expectNone = (bytes: Uint8Array): void => {
      expect(signatureHash(bytes)).toBeUndefined();
    };
    fc.assert(fc.property(fc.uint8Array(), expectNone));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1).map((end) => good.subarray(0, end)),
        expectNone,
      ),
    );
  });
});

describe("the binding tls-server-end-point", () => {
  test("is the certificate's hash by that function", () => {
    const der = certificate(...EC, "-sha384");
    expect(serverEndPointBinding(der)).toEqual(Uint8Array.from(createHash("sha384").update(der).digest()));
  });

  test("is absent where the signature has no hash", () => {
    expect(serverEndPointBinding(certificate("-newkey", "ed25519"))).toBeUndefined();
  });
});
