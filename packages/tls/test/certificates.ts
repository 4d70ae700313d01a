// Certificates for tests: an authority, a server's certificate signed by it, and another authority that nobody knows.

import { generate } from "selfsigned";

/** What the tests' server proves to be. */
export const SERVER_NAME = "mail.example";

const authority = await generate([{ name: "commonName", value: "Test authority" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ],
});

const server = await generate([{ name: "commonName", value: SERVER_NAME }], {
  keyType: "ec",
  algorithm: "sha256",
  ca: { key: authority.private, cert: authority.cert },
  extensions: [
    {
      name: "subjectAltName",
      altNames: [
        { type: 2, value: SERVER_NAME },
        { type: 7, ip: "127.0.0.1" },
      ],
    },
  ],
});

const stranger = await generate([{ name: "commonName", value: "Unknown authority" }], { keyType: "ec", algorithm: "sha256" });

/** TLS options of the server. */
export const SERVER_TLS = { key: server.private, cert: server.cert };
/** TLS options of a client that knows the authority. */
export const CLIENT_TLS = { ca: authority.cert };
/** TLS options of a client that knows only another authority. */
export const STRANGER_TLS = { ca: stranger.cert };
/** A certificate that signs itself. */
export const SELF_SIGNED = { key: stranger.private, cert: stranger.cert };
