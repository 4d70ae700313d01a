// The hash function that a certificate's signature uses, read from its DER (RFC 5280 section 4.1, RFC 4055, RFC 5758).

import { elements, hex } from "./der.ts";

/** A hash function by the name that `node:crypto` gives it. */
export type HashName = "sha224" | "sha256" | "sha384" | "sha512";

const RSASSA_PSS = "2a864886f70d01010a";

/** By the object identifier's content octets. MD5 and SHA-1 stand for SHA-256, as RFC 5929 section 4.1 wants it. */
const HASHES: ReadonlyMap<string, HashName> = new Map([
  ["2a864886f70d010104", "sha256"], // md5WithRSAEncryption
  ["2a864886f70d010105", "sha256"], // sha1WithRSAEncryption
  ["2a864886f70d01010e", "sha224"],
  ["2a864886f70d01010b", "sha256"],
  ["2a864886f70d01010c", "sha384"],
  ["2a864886f70d01010d", "sha512"],
  ["2a8648ce3d0401", "sha256"], // ecdsa-with-SHA1
  ["2a8648ce3d040301", "sha224"],
  ["2a8648ce3d040302", "sha256"],
  ["2a8648ce3d040303", "sha384"],
  ["2a8648ce3d040304", "sha512"],
  ["608648016503040204", "sha224"],
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/**
 * The hash function of the signature on a DER certificate; `undefined` for a signature that has no hash of its own (Ed25519) and for one not known.
 *
 *     Certificate         ::= SEQUENCE { tbsCertificate, signatureAlgorithm AlgorithmIdentifier, signatureValue }
 *     AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
 */
export function signatureHash(certificate: Uint8Array): HashName | undefined {
  const [, signatureAlgorithm] = elements(elements(certificate)[0]?.content);
  const [algorithm, parameters] = elements(signatureAlgorithm?.content);
  const name = hex(algorithm?.content);
  return name === RSASSA_PSS ? pssHash(parameters?.content) : HASHES.get(name);
}

/**
 *     RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] AlgorithmIdentifier DEFAULT sha1, … }
 */
function pssHash(parameters: Uint8Array | undefined): HashName | undefined {
  const hashAlgorithm = elements(parameters).find(({ tag }) => tag === 0xa0);
  if (hashAlgorithm === undefined) return "sha256";
  const [algorithm] = elements(elements(hashAlgorithm.content)[0]?.content);
  return HASHES.get(hex(algorithm?.content));
}
