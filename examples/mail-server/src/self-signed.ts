// A certificate for a server that was given none: good for one run, and for whoever trusts this very certificate.

import { generate } from "selfsigned";

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for `localhost`, 127.0.0.1 and `hostname`; it is its own authority. */
export async function selfSigned(hostname: string): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: hostname }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 2, value: hostname },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { cert, key };
}
