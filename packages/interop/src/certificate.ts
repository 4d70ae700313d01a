// A certificate for localhost that is its own authority, as files for servers and as an anchor for clients.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

/** Paths and text of a certificate and its key, PEM. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes `cert.pem` and `key.pem` in `directory`, good for `localhost` and 127.0.0.1. */
export async function makeCertificate(directory: string): Promise<Certificate> {
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return filed(directory, "", pems);
}

/** Makes `client-cert.pem` and `client-key.pem` in `directory`, which vouch for themselves and show who `name` is. */
export async function makeClientCertificate(directory: string, name: string): Promise<Certificate> {
  const pems = await generate([{ name: "commonName", value: name }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", clientAuth: true },
    ],
  });
  return filed(directory, "client-", pems);
}

async function filed(directory: string, prefix: string, pems: { readonly cert: string; readonly private: string }): Promise<Certificate> {
  const certFile = join(directory, `${prefix}cert.pem`);
  const keyFile = join(directory, `${prefix}key.pem`);
  await writeFile(certFile, pems.cert, { mode: 0o644 });
  await writeFile(keyFile, pems.private, { mode: 0o644 });
  return { certFile, keyFile, cert: pems.cert, key: pems.private };
}
